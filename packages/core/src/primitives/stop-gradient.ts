import type { Node } from '../graph/node.js';
import type { Operand } from '../graph/operand.js';
import { general } from './forms.js';
import { withOp } from './rules.js';

const stop = general<undefined>('stopGradient', {
  kind: 'view',
  cost: 0,
  shape: ([x]) => x!.shape,
  jvp: () => null,
  vjp: () => null,
  simplify: (node) => node.inputs[0]!,
  lower: (k) => k.load(0, k.at),
});

/**
 * The value as it is, with derivative 0. Same shape and dtype out.
 *
 * @formula y = x
 * @derivative 0
 * @example
 * const slope = grad(sum(mul(x, stopGradient(x))), x); // x, not 2x
 */
export const stopGradient = withOp(stop, (x: Operand): Node => stop(x, undefined));
