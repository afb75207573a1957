/**
 * The forms that an op takes, and the five ops that the forms themselves are written in: a tangent is made of add, mul, broadcastTo,
 * reshape and sum, so none of them can stand apart.
 */
import { ShapeError } from '../errors.js';
import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Op } from '../graph/op.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';
import type { Expr } from '../loops/expression.js';
import { flatten, Index, unflatten } from '../loops/indices.js';
import { optionsOf } from '../options.js';
import { type DimLike, sameDim } from '../tensor/dim.js';
import type { DType } from '../tensor/dtype.js';
import { broadcastShapes, countOf, normaliseAxes, type Shape, sameShape, showShape, sizeOf, toShape } from '../tensor/shape.js';
import { checkRules } from './rule-names.js';
import {
  applying,
  type CommonRules,
  common,
  differentiable,
  droppedShape,
  keptShape,
  lowerReduction,
  type OpFunction,
  promoted,
  type ReductionOptions,
  type ShapedRules,
  shaped,
  withOp,
} from './rules.js';

/** A free op on the elements of one operand. `op` is what its nodes do. */
export type Unary = ((x: Operand) => Node) & { readonly op: Op<undefined> };

/** A free op on the elements of two operands, which broadcast and promote. `op` is what its nodes do. */
export type Binary = ((x: Operand, y: Operand) => Node) & { readonly op: Op<undefined> };

/** The derivative of a result by one operand, from the result and the operands; null where it is 0. */
export type PartialRule = ((y: Node, ...inputs: Node[]) => Node) | null;

/**
 * The sum of those that are there; null where none is.
 *
 * @example
 * console.log(total([null, x, null]) === x); // true
 */
export function total(parts: readonly (Node | null)[]): Node | null {
  return parts.reduce((a, b) => (a && b ? add(a, b) : (a ?? b)), null);
}

interface Pointwise extends CommonRules<undefined> {
  readonly partials: readonly PartialRule[];
  readonly lower?: (...inputs: Expr[]) => Expr;
}

/** An op on one element of each input at a time; the inputs have one shape. Its partials are built only for inputs that vary. */
function pointwise(name: string, rules: Pointwise): Op<undefined> {
  const partial = (node: Node, i: number): Node | null => rules.partials[i]?.(node, ...node.inputs) ?? null;
  const scaled = (g: Node, by: Node | null): Node | null => (by ? mul(g, by) : null);
  const { lower } = rules;
  return {
    ...common(name, rules),
    kind: lower ? 'pointwise' : 'custom',
    infer: (inputs, attrs) => ({ shape: inputs[0]!.shape, dtype: rules.dtype?.(inputs, attrs) ?? promoted(name, inputs) }),
    jvp: (node, tangents) => total(tangents.map((t, i) => (t ? scaled(t, partial(node as Node, i)) : null))),
    vjp: (node, g, i) => scaled(g, partial(node as Node, i)),
    ...(lower && { lower: (k) => lower(...k.node.inputs.map((_, i) => k.load(i, k.at))) }),
  };
}

/**
 * An op on each element of one input.
 *
 * @example
 * const sin = unary('sin', { partial: (_y, x) => cos(x), lower: (x) => x.sin() });
 */
/* @__NO_SIDE_EFFECTS__ */
export function unary(
  name: string,
  rules: { partial: ((y: Node, x: Node) => Node) | null; lower?: (x: Expr) => Expr } & CommonRules<undefined>,
): Unary {
  checkRules('unary', name, rules);
  const { partial, ...others } = rules;
  const op = pointwise(name, { ...others, partials: [partial as PartialRule] });
  return withOp(op, (x: Operand) => {
    const graph = graphOf(name, [x]);
    return graph.append(op, [nodeOf(x, graph)], undefined) as Node;
  });
}

/**
 * An op on the elements of two inputs, which are broadcast and promoted first.
 *
 * @example
 * const difference = binary('difference', { partials: [(z) => onesLike(z), (z) => neg(onesLike(z))], lower: (a, b) => a.sub(b) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function binary(
  name: string,
  rules: { partials: readonly [PartialRule, PartialRule]; lower?: (x: Expr, y: Expr) => Expr } & CommonRules<undefined>,
): Binary {
  checkRules('binary', name, rules);
  const op = pointwise(name, rules as unknown as Pointwise);
  return withOp(op, (x: Operand, y: Operand) => {
    const [a, b] = meet(name, [x, y]) as [Node, Node];
    return a.graph.append(op, [a, b], undefined) as Node;
  });
}

/**
 * An op that is linear in all its float inputs together; its tangent map is itself. A missing tangent is a constant 0, which costs nothing.
 *
 * @example
 * const same = linear('same', { shape: ([v]) => v!.shape, adjoint: (_node, g) => g, lower: (k) => k.load(0, k.at) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function linear<A>(
  name: string,
  rules: ShapedRules<A> & { adjoint: (node: Node<A>, g: Node, i: number) => Node | null },
): OpFunction<A> {
  checkRules('linear', name, rules);
  return applying<A>({
    ...shaped(name, 'view', { cost: 0, ...rules }),
    jvp: (node, tangents) => {
      const inputs = node.inputs.map((x, i) => tangents[i] ?? (differentiable(x) ? zerosLike(x) : x));
      return node.graph.append(node.op, inputs, node.attrs) as Node;
    },
    vjp: rules.adjoint,
  });
}

/**
 * An op that is linear in each float input apart (a product); the product rule follows.
 *
 * @example
 * const times = multilinear('times', {
 *   kind: 'pointwise',
 *   shape: ([v]) => v!.shape,
 *   adjoint: (node, g, i) => mul(g, node.inputs[1 - i]!),
 *   lower: (k) => k.load(0, k.at).mul(k.load(1, k.at)),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function multilinear<A>(
  name: string,
  rules: ShapedRules<A> & { adjoint: (node: Node<A>, g: Node, i: number) => Node | null },
): OpFunction<A> {
  checkRules('multilinear', name, rules);
  return applying<A>({
    ...shaped(name, 'contraction', rules),
    jvp: (node, tangents) =>
      total(tangents.map((t, i) => t && (node.graph.append(node.op, node.inputs.with(i, t), node.attrs) as Node))),
    vjp: rules.adjoint,
  });
}

/**
 * Any other op: it states jvp or vjp (the other is derived by transposing), both, or neither where nothing can be differentiated.
 *
 * @example
 * const heaviside = general('heaviside', { shape: ([v]) => v!.shape, lower: (k) => k.load(0, k.at).sign().max(k.constant(0)) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function general<A>(name: string, rules: ShapedRules<A> & { jvp?: Op<A>['jvp']; vjp?: Op<A>['vjp'] }): OpFunction<A> {
  checkRules('general', name, rules);
  const { jvp, vjp } = rules;
  return applying<A>({ ...shaped(name, 'pointwise', rules), ...(jvp && { jvp }), ...(vjp && { vjp }) });
}

/**
 * The operands as nodes of one graph, dtype and shape: promoted and broadcast; numbers, in arrays too, take the dtype of the others.
 *
 * @example
 * const [a, b] = meet('add', [x, 1]);
 * console.log(showShape(b!.shape)); // [4, 4]
 */
export function meet(name: string, operands: readonly Operand[]): Node[] {
  const nodes = sameDtype(name, operands);
  const shape = nodes.map((x) => x.shape).reduce((a, b) => broadcastShapes(name, a, b));
  return nodes.map((x) => broadcastTo(x, shape));
}

/**
 * The operands as nodes of one graph and dtype.
 *
 * @example
 * const [a, b] = sameDtype('add', [graph.input('n', [2], 'bool'), x]);
 * console.log(a?.dtype, b?.dtype); // float32 float32
 */
export function sameDtype(name: string, operands: readonly Operand[]): Node[] {
  const graph = graphOf(name, operands);
  const plain = (x: Operand): boolean => typeof x === 'boolean' || isNumeric(x);
  const typed = operands.map((x) => (plain(x) ? null : nodeOf(x, graph)));
  const known = typed.filter((x) => x !== null);
  const dtype = known.length > 0 ? promoted(name, known) : graph.dtype;
  return operands.map((x, i) => cast(typed[i] ?? nodeOf(x, graph, dtype), dtype));
}

/** Numbers as people write them, which have no dtype of their own. */
function isNumeric(x: unknown): boolean {
  return Array.isArray(x) ? x.every(isNumeric) : typeof x === 'number';
}

/**
 * 0 at every index, of the node's shape and dtype.
 *
 * @formula y = 0
 * @derivative 0
 * @example
 * const none = zerosLike(x); // [2, 3] gives [2, 3]
 */
export function zerosLike(x: Node): Node {
  return x.graph.splat(0, x.shape, x.dtype);
}

/**
 * 1 at every index, of the node's shape and dtype.
 *
 * @formula y = 1
 * @derivative 0
 * @example
 * const all = onesLike(x); // [2, 3] gives [2, 3]
 */
export function onesLike(x: Node): Node {
  return x.graph.splat(1, x.shape, x.dtype);
}

const castOp: Op<{ dtype: DType }> = {
  name: 'cast',
  kind: 'pointwise',
  cost: 1,
  unique: false,
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  jvp: (node, [dx]) => (dx && differentiable(node as Node) ? cast(dx, node.attrs.dtype) : null),
  vjp: (node, g) => (differentiable(node.inputs[0]!) ? cast(g, node.inputs[0]!.dtype) : null),
  simplify: (node) => (node.inputs[0]!.dtype === node.dtype ? node.inputs[0]! : null),
  lower: (k) => k.load(0, k.at).cast(k.attrs.dtype),
};

/**
 * The elements in another dtype. Same shape out. Floats to integers truncate and saturate, NaN gives 0; integers to integers wrap;
 * anything to bool is `!= 0`. Between float dtypes the derivative passes; to and from integers and bool it is zero.
 *
 * @formula y = x in another dtype
 * @derivative 1 between floats, else 0
 * @example
 * const hits = sum(cast(eq(x, y), 'float32'));
 */
export const cast = withOp(castOp, (x: Operand, dtype: DType): Node => {
  const graph = graphOf('cast', [x]);
  const node = nodeOf(x, graph);
  if (node.dtype === dtype) return node;
  if (isConstant(node) && typeof node.attrs.value === 'number') return graph.splat(node.attrs.value, node.shape, dtype);
  return graph.append(castOp, [node], { dtype }) as Node;
});

const addOp = pointwise('add', { partials: [null, null], lower: (x, y) => x.add(y) });

/**
 * Sum of two, element by element. Shapes broadcast, dtypes promote; the sum of bools is their or.
 *
 * @formula z = x + y
 * @derivative ∂z/∂x = 1, ∂z/∂y = 1
 * @example
 * const z = add(x, y); // [2, 1] and [3] give [2, 3]
 */
export const add: Binary = withOp(
  { ...addOp, jvp: (_node, tangents) => total(tangents), vjp: (_node, g) => g } satisfies Op<undefined>,
  (x: Operand, y: Operand) => {
    const [a, b] = meet('add', [x, y]) as [Node, Node];
    return a.graph.append(add.op, [a, b], undefined) as Node;
  },
);

const mulOp = pointwise('mul', {
  partials: [(_z, _x, y) => y!, (_z, x) => x!],
  lower: (x, y) => x.mul(y),
  simplify: ({ inputs: [x, y] }) => (isConstant(x!, 1) ? y! : isConstant(y!, 1) ? x! : null),
});

/**
 * Product of two, element by element. Shapes broadcast, dtypes promote. A factor that is the constant 1 leaves the other as it is.
 *
 * @formula z = x · y
 * @derivative ∂z/∂x = y, ∂z/∂y = x
 * @example
 * const z = mul(x, y); // [2, 1] and [3] give [2, 3]
 */
export const mul: Binary = withOp(mulOp, (x: Operand, y: Operand) => {
  const [a, b] = meet('mul', [x, y]) as [Node, Node];
  if (isConstant(a, 1)) return b;
  if (isConstant(b, 1)) return a;
  return a.graph.append(mulOp, [a, b], undefined) as Node;
});

/** What a node is that gives its input another shape: that input where it has the shape, and what the same op made that of, taken directly. */
function withoutDetour(node: Node<{ shape: Shape }>, take: (x: Node, shape: Shape) => Node): Node | null {
  const x = node.inputs[0]!;
  if (sameShape(x.shape, node.shape)) return x;
  return x.op === node.op ? take(x.inputs[0]!, node.shape) : null;
}

const broadcastOp: Op<{ shape: Shape }> = linear<{ shape: Shape }>('broadcastTo', {
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('broadcastTo', x!.shape, shape), shape)) {
      throw new ShapeError(
        `broadcastTo: ${showShape(x!.shape)} does not reach ${showShape(shape)}; only axes of size 1 stretch.`,
        { op: 'broadcastTo' },
      );
    }
    return shape;
  },
  adjoint: (node, g) => sumTo(g, node.inputs[0]!.shape),
  simplify: (node) => withoutDetour(node, broadcastTo),
  lower: (k) => {
    const from = k.shapeOf(0);
    const lead = k.at.length - from.length;
    return k.load(
      0,
      from.map((size, i) => (size === 1 ? Index.of(0) : k.at[i + lead]!)),
    );
  },
}).op;

/**
 * Stretches axes of size 1, and adds axes in front, as NumPy broadcasts; the shape may name dims. Throws `ShapeError` where `x` does not
 * reach it.
 *
 * @formula y at index i = x at i, with 0 for the axes of size 1 and without the added axes
 * @derivative x̄ = Σ ȳ over the axes that were stretched or added
 * @example
 * const rows = broadcastTo(bias, ['batch', 10]); // [10] gives [batch, 10]
 */
export const broadcastTo = withOp(broadcastOp, (x: Operand, shape: readonly DimLike[]): Node => {
  const graph = graphOf('broadcastTo', [x]);
  const node = nodeOf(x, graph);
  const target = toShape('broadcastTo', shape);
  if (sameShape(node.shape, target)) return node;
  if (isConstant(node) && sameShape(broadcastShapes('broadcastTo', node.shape, target), target))
    return graph.splat(node.attrs.value, target, node.dtype);
  return graph.append(broadcastOp, [node], { shape: target }) as Node;
});

/** The adjoint of broadcasting: sums the axes that were stretched or added. */
function sumTo(g: Node, shape: Shape): Node {
  const lead = g.shape.length - shape.length;
  const stretched = g.shape.flatMap((size, i) => (i < lead || (sameDim(shape[i - lead]!, 1) && !sameDim(size, 1)) ? [i] : []));
  return reshapeTo(sumOver(g, stretched), shape);
}

const reshapeOp: Op<{ shape: Shape }> = linear<{ shape: Shape }>('reshape', {
  shape: ([x], { shape }) => {
    if (!sameDim(sizeOf(x!.shape), sizeOf(shape))) {
      throw new ShapeError(
        `reshape: ${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${showShape(shape)} has ${sizeOf(shape)}.`,
        { op: 'reshape' },
      );
    }
    return shape;
  },
  adjoint: (node, g) => reshapeTo(g, node.inputs[0]!.shape),
  simplify: (node) => withoutDetour(node, reshapeTo),
  lower: (k) => k.load(0, unflatten(flatten(k.at, k.shape), k.shapeOf(0))),
}).op;

/**
 * The same elements in the same row-major order under another shape, which is given in full; the op `reshape` resolves -1 and names.
 *
 * @example
 * const row = reshapeTo(x, [1, 16]); // [4, 4] gives [1, 16]
 */
export const reshapeTo = withOp(reshapeOp, (x: Node, shape: Shape): Node => {
  if (sameShape(x.shape, shape)) return x;
  if (isConstant(x)) return x.graph.splat(x.attrs.value, shape, x.dtype);
  return x.graph.append(reshapeOp, [x], { shape }) as Node;
});

const sumOp: Op<{ axes: readonly number[] }> = linear<{ axes: readonly number[] }>('sum', {
  kind: 'reduction',
  cost: 1,
  dtype: ([x]) => (x!.dtype === 'bool' ? 'int32' : x!.dtype),
  shape: ([x], { axes }) => droppedShape(x!.shape, axes),
  adjoint: (node, g) => {
    const { shape } = node.inputs[0]!;
    return broadcastTo(reshapeTo(g, keptShape(shape, node.attrs.axes)), shape);
  },
  simplify: (node) => sumOfOnes(node) ?? sumOfConstant(node),
  lower: (k) => lowerReduction(k, 'sum', (x) => (x.dtype === 'bool' ? x.cast('int32') : x)),
}).op;

/** The sum over axes of size 1. */
function sumOfOnes(node: Node<{ axes: readonly number[] }>): Node | null {
  const x = node.inputs[0]!;
  const single = node.attrs.axes.every((axis) => x.shape[axis] === 1);
  return single && x.dtype === node.dtype ? reshapeTo(x, node.shape) : null;
}

/** The sum of one value over and over, where every partial sum is a whole number that float32 holds, so that the order is no matter. */
function sumOfConstant(node: Node<{ axes: readonly number[] }>): Node | null {
  const x = node.inputs[0]!;
  if (!isConstant(x) || typeof x.attrs.value !== 'number') return null;
  const total = x.attrs.value * countOf(node.attrs.axes.map((axis) => x.shape[axis]!));
  return Number.isInteger(x.attrs.value) && Math.abs(total) <= 2 ** 24
    ? node.graph.splat(total + 0, node.shape, node.dtype)
    : null;
}

function sumOver(x: Node, axes: readonly number[]): Node {
  return axes.length === 0 && x.dtype !== 'bool' ? x : (x.graph.append(sumOp, [x], { axes }) as Node);
}

/**
 * Sum over axes. A float keeps its dtype, bool gives int32; the sum of no elements is 0.
 *
 * @formula y = Σᵢ xᵢ
 * @derivative ∂y/∂xᵢ = 1
 * @example
 * const rows = sum(x, { axis: -1, keepDims: true }); // [2, 3] gives [2, 1]
 */
export const sum = withOp(sumOp, (x: Operand, options?: ReductionOptions): Node => {
  const { axis, keepDims } = optionsOf('sum', options, { axis: undefined, keepDims: false });
  const graph = graphOf('sum', [x]);
  const node = nodeOf(x, graph);
  const axes = normaliseAxes('sum', axis, node.shape.length);
  const y = sumOver(node, axes);
  return keepDims ? reshapeTo(y, keptShape(node.shape, axes)) : y;
});
