import {
  add,
  composite,
  DtypeError,
  isFloat,
  type Node,
  type Operand,
  optionsOf,
  ShapeError,
  sameDim,
  showShape,
  stopGradient,
  sum,
  where,
  withOp,
} from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { eq, isFinite as finite, le, ne } from './compare.js';
import { exp } from './exponential.js';
import { iotaOn } from './iota.js';
import { and } from './logical.js';
import { matmul } from './matmul.js';
import { max } from './max.js';
import { sqrt } from './root.js';
import { softmax } from './softmax.js';
import { floats } from './support/dtypes.js';
import { transpose } from './transpose.js';

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Does a query see no key behind its own position? All of them unless said. */
  readonly causal?: boolean;
  /** What broadcasts to the scores: bools, true where a query sees a key, or floats that are added to the scores. */
  readonly mask?: Operand;
}

type Attrs = Required<Pick<AttentionOptions, 'causal'>>;

function checkFit({ shape: q }: Node, { shape: k }: Node, { shape: v }: Node): void {
  const matrices = [q, k, v].every((shape) => shape.length >= 2);
  if (matrices && sameDim(q.at(-1)!, k.at(-1)!) && sameDim(k.at(-2)!, v.at(-2)!)) return;
  throw new ShapeError(
    `attention: q ${showShape(q)}, k ${showShape(k)} and v ${showShape(v)} do not fit; they are […, queries, d], […, keys, d] and […, keys, e].`,
    { op: 'attention' },
  );
}

/** Which of the scores count, as bool; null where all do. */
function visible(scores: Node, mask: Node | null, causal: boolean): Node | null {
  const pairs = scores.shape.slice(-2);
  const past = causal ? le(iotaOn(scores.graph, pairs, 1), iotaOn(scores.graph, pairs, 0)) : null;
  const shown = mask && isFloat(mask.dtype) ? ne(mask, -Infinity) : mask;
  return past && shown ? and(past, shown) : (past ?? shown);
}

/** Softmax over the last axis of the scores that count. Where none does, the sum of 0 is divided by 1, so that no order is NaN. */
function maskedSoftmax(scores: Node, shown: Node): Node {
  const z = where(shown, scores, -Infinity);
  const top = stopGradient(max(z, { axis: -1, keepDims: true }));
  const e = exp(sub(z, where(finite(top), top, 0)));
  const total = sum(e, { axis: -1, keepDims: true });
  return div(e, where(eq(total, 0), 1, total));
}

function attend(q: Node, k: Node, v: Node, mask: Node | null, { causal }: Attrs): Node {
  floats('attention')([q, k, v]);
  checkFit(q, k, v);
  if (mask && !isFloat(mask.dtype) && mask.dtype !== 'bool') {
    throw new DtypeError(`attention: the mask is ${mask.dtype}; it must be bool or float. Compare it: ne(mask, 0).`, {
      op: 'attention',
    });
  }
  const axes = k.shape.map((_, i) => i);
  const keys = transpose(k, [...axes.slice(0, -2), -1, -2]);
  const products = div(matmul(q, keys), sqrt(q.graph.splat(q.shape.at(-1)!, [], q.dtype)));
  const scores = mask && isFloat(mask.dtype) ? add(products, mask) : products;
  const shown = visible(scores, mask, causal);
  return matmul(shown ? maskedSoftmax(scores, shown) : softmax(scores), v);
}

const attending = composite<readonly [q: Node, k: Node, v: Node, ...mask: Node[]], Attrs>('attention', {
  defaults: { causal: false },
  define: (q, k, v, ...rest) => attend(q, k, v, rest.length === 2 ? (rest[0] as Node) : null, rest.at(-1) as Attrs),
});

/**
 * Scaled dot-product attention: softmax(q·kᵀ / √d)·v, the softmax over the keys that a query sees. q is `[…, queries, d]`, k
 * `[…, keys, d]`, v `[…, keys, e]`; the result is `[…, queries, e]`; leading axes broadcast. A query that sees no key gives 0, with a
 * derivative of 0. Causal counts the positions of queries and keys from the front.
 *
 * Throws `ShapeError` where shapes do not fit, `DtypeError` unless q, k and v are floats and the mask is bool or float. After Vaswani et al.,
 * "Attention is all you need", 2017.
 *
 * @formula y = softmax(q·kᵀ/√d)·v
 * @derivative as the definition's
 * @example
 * const mixed = attention(queries, keys, values, { causal: true }); // [8, 20, 64] each gives [8, 20, 64]
 */
export const attention = withOp(attending, (q: Operand, k: Operand, v: Operand, options: AttentionOptions = {}): Node => {
  const { causal, mask } = optionsOf('attention', options, { causal: false, mask: undefined });
  return attending(q, k, v, ...(mask === undefined ? [] : [mask]), { causal });
});
