import { add, composite, customGradient, mul, type Node, where } from '@tapegrad/core';
import { abs } from './absolute.js';
import { div, neg, sub } from './arithmetic.js';
import { eq, gt, le } from './compare.js';
import { log, log1p } from './logarithm.js';
import { maximum } from './maximum.js';
import { softplus } from './sigmoid.js';
import { floats } from './support/dtypes.js';
import { asNumbers, checkPaired, type LossOptions, reduced } from './support/loss.js';

/** What stands for the logarithm of 0, and the number of which it is the logarithm. */
const LOG_OF_ZERO = -100;
const ZERO = Math.exp(LOG_OF_ZERO);
/** The least product p(1 − p) that a derivative is divided by. */
const LEAST_VARIANCE = 1e-12;

/** log p and log(1 − p), no less than -100. The arguments are guarded, so that every order of derivatives is finite. */
function boundedLogs(p: Node): { readonly ofYes: Node; readonly ofNo: Node } {
  const [never, always] = [le(abs(p), ZERO), eq(p, 1)];
  return {
    ofYes: where(never, LOG_OF_ZERO, log(where(never, 1, p))),
    ofNo: where(always, LOG_OF_ZERO, log1p(neg(where(always, 0, p)))),
  };
}

const losses = /* @__PURE__ */ customGradient(
  (p, t) => {
    const { ofYes, ofNo } = boundedLogs(p!);
    return neg(add(mul(t!, ofYes), mul(sub(1, t!), ofNo)));
  },
  {
    jvp: ([dp, dt], _y, p, t) => {
      const { ofYes, ofNo } = boundedLogs(p!);
      const slope = div(sub(p!, t!), maximum(mul(p!, sub(1, p!)), LEAST_VARIANCE));
      return add(mul(dp!, slope), mul(dt!, sub(ofNo, ofYes)));
    },
  },
);

/**
 * Binary cross-entropy of probabilities against targets from 0 to 1, which may be integers or bools: −t·log p − (1 − t)·log(1 − p), its mean
 * unless said. Equal shapes, or a scalar on one side. As in PyTorch a logarithm counts as no less than -100, and the derivative by p is
 * (p − t) / max(p(1 − p), 1e-12), so that both are finite at 0 and 1. NaN for a p that is no probability. Throws `ShapeError` where shapes
 * differ, `DtypeError` unless p is a float. From logits, `bceWithLogits` is more accurate.
 *
 * @formula loss = −t·log p − (1 − t)·log(1 − p)
 * @derivative (p − t)/(p·(1 − p))
 * @example
 * const loss = bce(sigmoid(x), targets);
 */
export const bce = composite<readonly [Node, Node], LossOptions>('bce', {
  defaults: { reduction: 'mean' },
  define: (p, targets, { reduction }) => {
    floats('bce')([p]);
    checkPaired('bce', p, targets);
    return reduced(losses(p, asNumbers(targets, p)), reduction);
  },
});

/**
 * Binary cross-entropy of logits against targets from 0 to 1, which may be integers or bools: −t·log σ(x) − (1 − t)·log(1 − σ(x)), its mean
 * unless said. Equal shapes, or a scalar on one side. Computed as x(1 − t) for x > 0, else −x·t, plus log(1 + e^−|x|), so that nothing
 * overflows and nothing cancels. Throws `ShapeError` where shapes differ, `DtypeError` unless the logits are floats.
 *
 * @formula loss = softplus(x) − t·x
 * @derivative σ(x) − t
 * @example
 * const loss = bceWithLogits(x, targets);
 */
export const bceWithLogits = composite<readonly [Node, Node], LossOptions>('bceWithLogits', {
  defaults: { reduction: 'mean' },
  define: (logits, targets, { reduction }) => {
    floats('bceWithLogits')([logits]);
    checkPaired('bceWithLogits', logits, targets);
    const t = asNumbers(targets, logits);
    const yes = gt(logits, 0);
    const wrong = mul(logits, where(yes, sub(1, t), neg(t)));
    // −|x|, but with a derivative at 0.
    const below = where(yes, neg(logits), logits);
    return reduced(add(wrong, softplus(below)), reduction);
  },
});
