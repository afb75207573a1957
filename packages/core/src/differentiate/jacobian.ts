import type { Node } from '../graph/node.js';
import type { Lowering, Op, Typed } from '../graph/op.js';
import { publicCall } from '../graph/public-call.js';
import { flatten } from '../loops/indices.js';
import { optionsOf } from '../options.js';
import { cast, reshapeTo } from '../primitives/forms.js';
import { promote } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { checkScalar, grad, isList, jvp } from './derivatives.js';
import { forward } from './forward.js';
import { checkEnds, onStable } from './prepare.js';
import { stackColumns, stackRows } from './rows.js';
import { sweep } from './sweep.js';

/** Forward mode sweeps once for each element of `x`, reverse mode once for each element of `y`. */
export type Mode = 'forward' | 'reverse';

interface BasisAttrs extends Typed {
  readonly element: number;
}

/** 1 at one element, in row-major order, and 0 elsewhere. It needs no memory. */
const basisOp: Op<BasisAttrs> = {
  name: 'basis',
  kind: 'guarded',
  cost: 1,
  unique: false,
  infer: (_inputs, { shape, dtype }) => ({ shape, dtype }),
  lower: (k: Lowering<BasisAttrs>) => {
    const { element } = k.attrs;
    return k.guard([[flatten(k.at, k.shape), element, element + 1]], () => k.constant(1), 0);
  },
};

function basisOf({ graph, shape, dtype }: Node): Node[] {
  return Array.from({ length: countOf(shape) }, (_, element) => graph.append(basisOp, [], { element, shape, dtype }) as Node);
}

/**
 * The derivative of each element of `y` by each element of `x`: the shape of `y` followed by that of `x`, in the dtype that both promote to.
 * The work is that of one sweep for each element of `x` (forward mode) or of `y` (reverse mode); `mode` is the cheaper one unless said.
 *
 * Throws `ShapeError` where a dim of either is a name, and as `vjp` does.
 *
 * @example
 * const j = jacobian(y, x); // y of [3] and x of [2, 2] give [3, 2, 2]
 */
export function jacobian(y: Node, x: Node, options?: { readonly mode?: Mode }): Node {
  return publicCall(jacobian, () => {
    const { mode } = optionsOf('jacobian', options, { mode: undefined });
    checkEnds('jacobian', [y], [x]);
    const [rows, columns] = [countOf(y.shape, 'jacobian'), countOf(x.shape, 'jacobian')];
    const shape = [...y.shape, ...x.shape];
    const dtype = promote(y.dtype, x.dtype, 'jacobian');
    if (rows === 0 || columns === 0) return y.graph.splat(0, shape, dtype);
    const derivatives = (mode ?? (columns < rows ? 'forward' : 'reverse')) === 'forward' ? byForward : byReverse;
    const [result] = onStable([y], [x], ([stable], [leaf]) => [derivatives(stable!, leaf!)]);
    return cast(reshapeTo(result!, shape), dtype);
  });
}

function byReverse(y: Node, x: Node): Node {
  return stackRows(basisOf(y).map((g) => sweep([y], [x], [g])[0]!));
}

function byForward(y: Node, x: Node): Node {
  return stackColumns(basisOf(x).map((t) => forward([y], [x], [t])[0]!));
}

/** The second derivatives' modes: `inner` makes the gradient, `outer` differentiates it. */
export interface HessianModes {
  readonly outer?: Mode;
  readonly inner?: Mode;
}

/**
 * The second derivatives of a scalar by `x`: the shape of `x` twice over. Forward over reverse unless said; all four pairs give the same.
 *
 * Throws `ShapeError` where the loss is no scalar or a dim of `x` is a name, and as `vjp` does.
 *
 * @example
 * const h = hessian(loss, w); // w of [3] gives [3, 3]
 */
export function hessian(loss: Node, x: Node, modes?: HessianModes): Node {
  return publicCall(hessian, () => {
    const { outer, inner } = optionsOf('hessian', modes, { outer: 'forward', inner: 'reverse' });
    checkEnds('hessian', [loss], [x]);
    checkScalar('hessian', loss);
    return jacobian(jacobian(loss, x, { mode: inner }), x, { mode: outer });
  });
}

/**
 * The Hessian of a scalar by `xs` together, times `vs`, without making the Hessian: forward over reverse. An array for an array, a node for
 * a node; each result has the shape and dtype of its node. Names in shapes are fine. Throws as `grad` and `jvp` do.
 *
 * @example
 * const [hw, hb] = hvp(loss, [w, b], [vw, vb]);
 */
export function hvp(loss: Node, xs: readonly Node[], vs: readonly Node[]): Node[];
export function hvp(loss: Node, x: Node, v: Node): Node;
export function hvp(loss: Node, xs: Node | readonly Node[], vs: Node | readonly Node[]): Node | Node[] {
  return publicCall(hvp, () => {
    const inputs = isList(xs) ? xs : [xs];
    const products = jvp(grad(loss, inputs), inputs, isList(vs) ? vs : [vs]);
    return isList(xs) ? products : products[0]!;
  });
}
