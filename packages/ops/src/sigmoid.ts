import { isConstant, type Unary, unary } from '@tapegrad/core';
import { neg, square, sub } from './arithmetic.js';
import { floats } from './support/dtypes.js';

/**
 * 1 / (1 + e⁻ˣ) of each element, accurate at both ends: eˣ is taken of −|x| only. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = 1/(1 + e⁻ˣ)
 * @derivative y − y²
 * @example
 * const probability = sigmoid(logit);
 */
export const sigmoid: Unary = unary('sigmoid', {
  cost: 18,
  dtype: floats('sigmoid'),
  // Not y·(1 − y), which is as accurate, but in which 1 − y would be made a second sigmoid.
  partial: (y) => sub(y, square(y)),
  stabiliseUse: ({ op, inputs: [one] }, { inputs: [x] }) => (op === sub.op && isConstant(one!, 1) ? sigmoid(neg(x!)) : null),
  lower: (x) => {
    const e = x.abs().neg().exp();
    const one = x.constant(1);
    return x.ge(x.constant(0)).select(one, e).div(one.add(e));
  },
});

/**
 * log(1 + eˣ) of each element, as max(x, 0) + log1p(e^−|x|), so that it neither overflows nor cancels. Same shape out. Throws `DtypeError`
 * unless `x` is a float.
 *
 * @formula y = log(1 + eˣ)
 * @derivative σ(x)
 * @example
 * const deviation = softplus(raw); // positive
 */
export const softplus: Unary = unary('softplus', {
  cost: 28,
  dtype: floats('softplus'),
  partial: (_y, x) => sigmoid(x),
  lower: (x) => x.max(x.constant(0)).add(x.abs().neg().exp().log1p()),
});

/**
 * log(sigmoid(x)) of each element, as min(x, 0) − log1p(e^−|x|). Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = −log(1 + e⁻ˣ)
 * @derivative σ(−x)
 * @example
 * const logProbability = logSigmoid(logit);
 */
export const logSigmoid: Unary = unary('logSigmoid', {
  cost: 28,
  dtype: floats('logSigmoid'),
  partial: (_y, x) => sigmoid(neg(x)),
  lower: (x) => x.min(x.constant(0)).sub(x.abs().neg().exp().log1p()),
});
