import type { Node } from '../graph/node.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';

/**
 * A function whose inner values are not kept for its derivative, but computed again when that needs them: less memory for more work. What
 * goes in and what comes out is kept. The value, the derivatives and their bits stay what they are, and without a derivative nothing
 * changes. Checkpointed functions may call each other; then the inner ones are computed again within the outer ones.
 *
 * The idea is from A. Griewank, A. Walther, "Algorithm 799: revolve", 2000; T. Chen et al., "Training deep nets with sublinear memory
 * cost", 2016. Whether a value is made again is decided when a program is compiled, as a graph holds equal nodes once.
 *
 * Throws `GraphError` where no operand is a node and no graph is being called, as ops do.
 *
 * @example
 * const block = checkpoint((h: Node) => add(h, tanh(mul(h, 2))));
 * const y = block(block(x));
 */
export function checkpoint<R extends Node | readonly Node[]>(fn: (...xs: Node[]) => R): (...xs: Operand[]) => R {
  return (...operands) => {
    const graph = graphOf('checkpoint', operands);
    const xs = operands.map((x) => nodeOf(x, graph));
    return graph.checkpointing(() => fn(...xs));
  };
}
