import { GraphError } from '../errors.js';
import { Graph } from '../graph/graph.js';
import { isInput } from '../graph/leaves.js';
import { Node } from '../graph/node.js';
import { answering } from '../graph/public-call.js';
import { reached } from '../graph/replay.js';
import { optionsOf } from '../options.js';
import { compileTape } from '../tape/compile.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Feeds, readFeeds } from './feeds.js';
import { FirstValues } from './first-values.js';
import { interpreter } from './interpreter.js';
import type { Outputs, Results } from './results.js';
import { runAtOnce } from './run-at-once.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** The seed of draws and random first values, 0 unless said. */
  readonly seed?: number;
}

/**
 * The value of a node, or of several by name, at once: synchronously, on the interpreter, with first values of state. For a first look, a
 * test or a notebook; compile a program to run something often.
 *
 * Feeds are as in `program.run`. Throws `FeedError` where one is missing or does not fit.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['n']);
 * const y = evaluate(mul(x, x), { x: [1, 2, 3] }); // Tensor float32 [3] [1, 4, 9]
 */
export function evaluate(node: Node, feeds?: Feeds, options?: EvaluateOptions): Tensor;
export function evaluate<O extends Outputs>(nodes: O, feeds?: Feeds, options?: EvaluateOptions): Results<O>;
export function evaluate(what: Node | Outputs, feeds: Feeds = {}, options?: EvaluateOptions): Tensor | Results<Outputs> {
  return answering(evaluate, () => {
    const { seed } = optionsOf('evaluate', options, { seed: 0 });
    return what instanceof Node ? compute({ value: what }, feeds, seed).value : compute(what, feeds, seed);
  });
}

function compute<O extends Outputs>(outputs: O, feeds: Feeds, seed: number): Results<O> {
  const roots = Object.values(outputs);
  const graph = oneGraph('evaluate', roots);
  const { bindings, fed } = readFeeds(feeds, reached(roots).filter(isInput), graph, {});
  const backend = interpreter();
  const tape = compileTape(outputs, [], { target: backend.target, backendName: backend.name, bindings });
  const values = tape.inputs.map(({ name }) => fed.get(name)!.values);
  const first = new FirstValues(seed);
  return runAtOnce(backend.open(), tape, (state) => first.of(state), values) as Results<O>;
}

/** The graph that all nodes are of. */
export function oneGraph(call: string, nodes: readonly Node[]): Graph {
  const graph = nodes[0]?.graph ?? new Graph();
  const other = nodes.find((node) => node.graph !== graph);
  if (other)
    throw new GraphError(
      `${call}: ${other.op.name} %${other.id} belongs to another graph than ${nodes[0]?.op.name} %${nodes[0]?.id}.`,
    );
  return graph;
}
