import { GraphError, MachineError } from '../errors.js';
import { Graph } from '../graph/graph.js';
import { type Initialiser, isInput, isState, type StateAttrs } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached, replay } from '../graph/replay.js';
import { prepare } from '../loops/interpret.js';
import { compileTape } from '../tape/compile.js';
import type { Tape } from '../tape/tape.js';
import type { TypedArray } from '../tensor/dtype.js';
import { sameShape, showShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { Backend } from './backend.js';
import { readFeeds } from './feeds.js';
import { HostSession } from './host-session.js';
import { interpreter, linkKernels } from './interpreter.js';
import { runAtOnce } from './run-at-once.js';

/** Draws of first values count steps down from here, so that they never meet the draws of a run, which count up from 0. */
const LAST_STEP = 0xffffffff;

/**
 * Operations and bytes of a kernel from which on it pays to generate code for it: a millisecond or two of the interpreter's time, about what it
 * takes to write, read and warm up a function.
 */
const WORTH_GENERATING = 2 ** 16;

type StateNode = Node<StateAttrs>;

/**
 * Makes the first values of states from one seed. They are what the interpreter makes of its tapes, the same bits on every backend; a backend
 * may bring a faster way to run the same kernels.
 */
export class FirstValues {
  readonly #seed: number;
  readonly #runnerOf: Backend['runnerOf'];
  readonly #makers = new Map<Graph['dtype'], Makers>();

  constructor(seed: number, runnerOf?: Backend['runnerOf']) {
    this.#seed = seed;
    this.#runnerOf = runnerOf;
  }

  /** The seed of the machine, the tensor that the graph holds, or what the initialiser makes of the seed and the state's ordinal. */
  of(state: StateNode): TypedArray {
    const { role, first, ordinal } = state.attrs;
    if (role === 'seed') return seedWords(this.#seed);
    if (first instanceof Tensor) return first.data;
    const step = Uint32Array.of(LAST_STEP - ordinal);
    const session = new HostSession((tape) => linkKernels('interpreter', tape, (each) => this.#runnerFor(each)));
    const tape = this.#makersFor(state).tapeOf(state, first);
    return runAtOnce(session, tape, (inner) => (inner.attrs.role === 'step' ? step : this.of(inner))).value!.data;
  }

  #makersFor({ dtype }: StateNode): Makers {
    const float = dtype === 'float64' ? dtype : 'float32';
    const makers = this.#makers.get(float) ?? new Makers(float);
    this.#makers.set(float, makers);
    return makers;
  }

  #runnerFor({ kernel, flops, bytes }: Extract<Tape['instructions'][number], { kind: 'kernel' }>) {
    return this.#runnerOf && flops + bytes >= WORTH_GENERATING ? this.#runnerOf(kernel) : prepare(kernel);
  }
}

/** The tapes that make first values. Equal initialisers of equal shapes are one node of one graph, which is compiled once. */
class Makers {
  readonly #graph: Graph;
  /** What all draws of first values are a function of. */
  readonly #draw: ReturnType<Graph['draw']>;
  readonly #tapes = new Map<Node, Tape>();

  constructor(dtype: Graph['dtype']) {
    this.#graph = new Graph({ dtype });
    this.#draw = this.#graph.draw();
  }

  tapeOf(state: StateNode, initialiser: Initialiser): Tape {
    const value = this.#shared(built(state, initialiser, this.#graph.dtype));
    let tape = this.#tapes.get(value);
    if (!tape) {
      const { target, name } = interpreter();
      tape = compileTape({ value }, [], { target, backendName: name });
      this.#tapes.set(value, tape);
    }
    return tape;
  }

  /** The same value in the graph of all of them. */
  #shared(value: Node): Node {
    const [shared] = replay([value], this.#graph, (node) => {
      const role = isState(node) ? node.attrs.role : null;
      return role === 'seed' || role === 'step' ? this.#draw[role] : null;
    });
    return shared!;
  }
}

/** What an initialiser makes, in a graph of its own. */
function built({ op, dtype, shape, attrs: { name } }: StateNode, initialiser: Initialiser, float: Graph['dtype']): Node {
  const graph = new Graph({ dtype: float });
  const value = initialiser.build(graph, dtype);
  if (!sameShape(value.shape, shape) || value.dtype !== dtype) {
    throw new GraphError(
      `${op.name}: the initialiser of '${name}' made ${value.dtype} ${showShape(value.shape)}; it must make ${dtype} ${showShape(shape)}.`,
    );
  }
  readFeeds({}, reached([value]).filter(isInput), graph, {});
  return value;
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
