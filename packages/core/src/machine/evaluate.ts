import { GraphError, MachineError } from '../errors.js';
import { Graph } from '../graph/graph.js';
import { isInput, isState, type StateAttrs } from '../graph/leaves.js';
import { Node } from '../graph/node.js';
import { answering } from '../graph/public-call.js';
import { reached } from '../graph/replay.js';
import { optionsOf } from '../options.js';
import { compileTape } from '../tape/compile.js';
import type { Tape } from '../tape/tape.js';
import type { TypedArray } from '../tensor/dtype.js';
import { sameShape, showShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { HostExecutable, Session } from './backend.js';
import { type Feeds, readFeeds } from './feeds.js';
import { interpreter } from './interpreter.js';
import { type Outputs, ResultReader, type Results } from './results.js';

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
    const first = (state: Node<StateAttrs>) => firstValue(state, seed);
    return what instanceof Node ? (compute({ value: what }, feeds, first).value as Tensor) : compute(what, feeds, first);
  });
}

/** Draws of first values count steps down from here, so that they never meet the draws of a run, which count up from 0. */
const LAST_STEP = 0xffffffff;

/**
 * The first value of a state, the same on every backend: the seed of the machine, the tensor that the graph holds, or what the
 * initialiser makes of the seed and the state's ordinal.
 */
export function firstValue(state: Node<StateAttrs>, seed: number): TypedArray {
  const { role, first, ordinal, name } = state.attrs;
  if (role === 'seed') return seedWords(seed);
  if (first instanceof Tensor) return first.data;
  const graph = new Graph({ dtype: state.dtype === 'float64' ? 'float64' : 'float32' });
  const value = first.build(graph, state.dtype);
  if (!sameShape(value.shape, state.shape) || value.dtype !== state.dtype) {
    throw new GraphError(
      `${state.op.name}: the initialiser of '${name}' made ${value.dtype} ${showShape(value.shape)}; it must make ${state.dtype} ${showShape(state.shape)}.`,
    );
  }
  const step = Uint32Array.of(LAST_STEP - ordinal);
  return compute({ value }, {}, (inner) => (inner.attrs.role === 'step' ? step : firstValue(inner, seed))).value!.data;
}

/** The two words of a seed, low first. */
function seedWords(seed: number): Uint32Array {
  return Uint32Array.of(seed, Math.floor(seed / 2 ** 32));
}

/** Refuses what is no seed: a whole number of at least 0 that a number holds exactly. */
export function checkSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new MachineError(`seed: ${seed} is no seed; give a whole number from 0 to 2^53 - 1.`);
}

function compute<O extends Outputs>(outputs: O, feeds: Feeds, first: (state: Node<StateAttrs>) => TypedArray): Results<O> {
  const roots = Object.values(outputs);
  const graph = oneGraph('evaluate', roots);
  const needed = reached(roots).filter(isInput);
  const { bindings, fed } = readFeeds(feeds, needed, graph, {});
  const backend = interpreter();
  const tape = compileTape(outputs, [], { target: backend.target, backendName: backend.name, bindings });
  const session = backend.open();
  for (const { name, node } of tape.states) if (isState(node)) session.write(name, node.dtype, first(node));
  const executable = loadAtOnce(session, tape);
  tape.inputs.forEach(({ name }, i) => {
    executable.inputs[i]!.set(fed.get(name)!.values);
  });
  executable.execute();
  const results = tape.outputs.map((output, i) => [output.name, new ResultReader(output).read(executable.outputs[i]!)]);
  session.dispose();
  return Object.fromEntries(results) as Results<O>;
}

/** Loads a tape on a backend of this process that takes no time to load. */
export function loadAtOnce(session: Session, tape: Tape): HostExecutable {
  const executable = session.load(tape);
  if ('kind' in executable && executable.kind === 'host') return executable;
  throw new MachineError('load: the backend does not run in this process at once.');
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
