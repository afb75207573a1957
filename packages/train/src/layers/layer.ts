import type { Node } from '@tapegrad/core';

/** A function of a node that has parameters. Applied twice, it shares them. */
export interface Layer {
  (x: Node): Node;
  readonly parameters: readonly Node[];
}

/**
 * A layer that computes `apply` with `parameters`.
 *
 * @example
 * const scale = layer([w], (rows) => mul(rows, w));
 * const y = scale(x);
 */
export function layer(parameters: readonly Node[], apply: (x: Node) => Node): Layer {
  return Object.assign((x: Node) => apply(x), { parameters });
}
