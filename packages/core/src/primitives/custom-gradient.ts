import { DerivativeError } from '../errors.js';
import type { Node } from '../graph/node.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';
import { publicCall } from '../graph/public-call.js';
import { optionsOf } from '../options.js';
import { general, zerosLike } from './forms.js';
import { differentiable } from './rules.js';
import { stopGradient } from './stop-gradient.js';

/** What {@link customGradient} is told: either mode, or both; the missing one is derived by transposing. */
export interface GradientRules {
  /** The cotangents of the inputs, given that of the result `y`: a list as long as the inputs; null is zero. Linear in `g`. */
  readonly vjp?: (g: Node, y: Node, ...xs: Node[]) => readonly (Node | null)[];
  /** The tangent of the result `y`, given those of the inputs, zeros where an input does not move. Linear in the tangents. */
  readonly jvp?: (tangents: readonly Node[], y: Node, ...xs: Node[]) => Node;
}

/**
 * A function with a derivative of its own: its value is `fn(...xs)`, and its derivative is what the rules say, in both modes and to any
 * order; one rule is enough, the other is derived from it. What `fn` or the rules use besides their arguments counts as constant.
 *
 * Throws `DerivativeError` without a rule, and where a vjp's list is not as long as the inputs.
 *
 * @example
 * // x as it is, and a gradient that is clipped on the way back
 * const clipped = customGradient((x) => x, { vjp: (g) => [clamp(g, { min: -1, max: 1 })], jvp: ([t]) => t });
 */
export function customGradient(fn: (...xs: Node[]) => Node, rules: GradientRules): (...xs: Operand[]) => Node {
  const { vjp, jvp } = optionsOf('customGradient', rules, { vjp: undefined, jvp: undefined });
  if (!vjp && !jvp)
    throw new DerivativeError('customGradient: no rule is given; state vjp, jvp or both.', { op: 'customGradient' });
  const ruled = general<undefined>('customGradient', {
    kind: 'view',
    cost: 0,
    dtype: ([y]) => y!.dtype,
    shape: ([y]) => y!.shape,
    simplify: (node) => node.inputs[0]!,
    lower: (k) => k.load(0, k.at),
    ...(vjp && { vjp: (node, g, i) => (i === 0 ? null : cotangentsOf(node, vjp(g, node, ...node.inputs.slice(1)))[i - 1]!) }),
    ...(jvp && {
      jvp: (node, [, ...tangents]) => {
        const xs = node.inputs.slice(1);
        return jvp(
          xs.map((x, i) => tangents[i] ?? zerosLike(x)),
          node,
          ...xs,
        );
      },
    }),
  });
  const call = (...operands: Operand[]): Node =>
    publicCall(call, () => {
      const graph = graphOf('customGradient', operands);
      const xs = operands.map((x) => nodeOf(x, graph));
      // The derivative inside is cut off, so that no mode looks at it.
      const y = fn(...xs.map((x) => (differentiable(x) ? stopGradient(x) : x)));
      return ruled(y, ...xs, undefined);
    });
  return call;
}

function cotangentsOf(node: Node, cotangents: readonly (Node | null)[]): readonly (Node | null)[] {
  const wanted = node.inputs.length - 1;
  if (cotangents.length === wanted) return cotangents;
  throw new DerivativeError(
    `customGradient: the vjp gave ${cotangents.length} cotangents for ${wanted} inputs; give one for each, null for zero.`,
    { op: 'customGradient' },
  );
}
