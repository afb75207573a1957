/** Logarithms, and that of a sum of exponentials: log(Σeˣ) is rewritten to logSumExp, which is itself defined by log. */
import {
  add,
  broadcastTo,
  composite,
  isConstant,
  mul,
  type Node,
  type ReductionOptions,
  reshapeTo,
  stopGradient,
  sum,
  type Unary,
  unary,
  where,
} from '@tapegrad/core';
import { div, reciprocal, sub } from './arithmetic.js';
import { isFinite as finite } from './compare.js';
import { exp } from './exponential.js';
import { max } from './max.js';
import { logSigmoid, sigmoid, softplus } from './sigmoid.js';
import { floats } from './support/dtypes.js';

/**
 * Natural logarithm of each element. Same shape out; 0 gives -Infinity, below it NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log x
 * @derivative 1/x
 * @example
 * const entropy = neg(sum(mul(p, log(p))));
 */
export const log: Unary = unary('log', {
  cost: 12,
  dtype: floats('log'),
  partial: (_y, x) => reciprocal(x),
  lower: (x) => x.log(),
  stabilise: ({ inputs: [x] }) => stableLog(x!),
});

/**
 * log(1 + x) of each element, accurate near 0. Same shape out; -1 gives -Infinity, below it NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log(1 + x)
 * @derivative 1/(1 + x)
 * @example
 * const compressed = log1p(counts);
 */
export const log1p: Unary = unary('log1p', {
  cost: 14,
  dtype: floats('log1p'),
  partial: (_y, x) => reciprocal(add(x, 1)),
  lower: (x) => x.log1p(),
  stabilise: ({ inputs: [x] }) => (x!.op === exp.op ? softplus(x!.inputs[0]!) : null),
});

/**
 * Logarithm to base 2 of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log x / log 2
 * @derivative 1/(x · log 2)
 * @example
 * const bits = neg(log2(p));
 */
export const log2: Unary = unary('log2', {
  cost: 12,
  dtype: floats('log2'),
  partial: (_y, x) => reciprocal(mul(x, Math.LN2)),
  lower: (x) => x.apply('log2'),
});

/**
 * Logarithm to base 10 of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log x / log 10
 * @derivative 1/(x · log 10)
 * @example
 * const decibel = mul(10, log10(power));
 */
export const log10: Unary = unary('log10', {
  cost: 12,
  dtype: floats('log10'),
  partial: (_y, x) => reciprocal(mul(x, Math.LN10)),
  lower: (x) => x.apply('log10'),
});

/**
 * log Σeˣ over axes. Same dtype. Shifted by the maximum where that is finite, so that it does not overflow; of -Infinity alone, and of
 * nothing, it is -Infinity. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log Σᵢ exp xᵢ
 * @derivative softmax(x)
 * @example
 * const evidence = logSumExp(logits, { axis: 1 });
 */
export const logSumExp = composite<readonly [Node], ReductionOptions>('logSumExp', {
  defaults: { axis: undefined, keepDims: undefined },
  define: (x, { axis, keepDims = false }) => {
    floats('logSumExp')([x]);
    const over = axis === undefined ? {} : { axis };
    if (x.shape.includes(0)) return sub(sum(x, { ...over, keepDims }), Infinity);
    const peak = max(x, { ...over, keepDims: true });
    const shift = stopGradient(where(finite(peak), peak, 0));
    const total = sum(exp(sub(x, shift)), { ...over, keepDims });
    return add(log(total), reshapeTo(shift, total.shape));
  },
});

/** log(x) by another way, where x is an exponential or a sum or quotient of exponentials, which may overflow or vanish; else null. */
function stableLog(x: Node): Node | null {
  const [a, b] = x.inputs;
  switch (x.op) {
    case exp.op:
      return a!;
    case sigmoid.op:
      return logSigmoid(a!);
    case add.op:
      if (b!.op === exp.op && isConstant(a!, 1)) return softplus(b!.inputs[0]!);
      return a!.op === exp.op && isConstant(b!, 1) ? softplus(a!.inputs[0]!) : null;
    case sum.op:
      if (a!.op !== exp.op || isShifted(a!.inputs[0]!)) return null;
      return logSumExp(a!.inputs[0]!, { axis: (x as Node<{ axes: readonly number[] }>).attrs.axes });
    case div.op:
      return a!.op === exp.op ? sub(a!.inputs[0]!, stableLog(b!) ?? log(b!)) : null;
    case reshapeTo.op: {
      const y = stableLog(a!);
      return y && reshapeTo(y, x.shape);
    }
    case broadcastTo.op: {
      const y = stableLog(a!);
      return y && broadcastTo(y, x.shape);
    }
    default:
      return null;
  }
}

/** Is this less its maximum, as in the definition of logSumExp? Then its exponentials do not overflow. */
function isShifted({ op, inputs: [, shift] }: Node): boolean {
  if (op !== sub.op) return false;
  const peak = shift!.op === broadcastTo.op ? shift!.inputs[0]! : shift!;
  return peak.op === stopGradient.op;
}
