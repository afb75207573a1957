import { MachineError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { isState, type StateAttrs } from '../graph/leaves.js';
import { Node } from '../graph/node.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import { showShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { Session } from './backend.js';
import type { FirstValues } from './first-values.js';

export type StateNode = Node<StateAttrs>;

/** The state of one machine, by name. A first value is made when it is first needed. */
export class States {
  readonly #graph: Graph;
  readonly #session: Session;
  readonly #first: FirstValues;
  readonly #made = new Set<string>();

  constructor(graph: Graph, session: Session, first: FirstValues) {
    this.#graph = graph;
    this.#session = session;
    this.#first = first;
  }

  /** All states of the graph, the hidden ones of its draws too. */
  get all(): StateNode[] {
    return this.#graph.nodes.filter(isState);
  }

  /** The state that is meant. Throws `MachineError` where the graph has none such. */
  find(call: string, state: Node | string): StateNode {
    const node = state instanceof Node ? state : this.#graph.named(state);
    if (node && node.graph !== this.#graph)
      throw new MachineError(`${call}: ${node.op.name} %${node.id} belongs to another graph than the machine's.`);
    if (node && isState(node)) return node;
    const what = node ? `${node.op.name} %${node.id}` : `'${String(state)}'`;
    throw new MachineError(`${call}: ${what} is no parameter and no state of the machine's graph.`);
  }

  /** Makes the first value, if nothing has set the state yet. */
  make(state: StateNode): void | Promise<void> {
    if (this.#made.has(state.attrs.name)) return;
    return this.write(state, this.#first.of(state));
  }

  /** The present values, in an array of the caller's. */
  read(state: StateNode): TypedArray | Promise<TypedArray> {
    const made = this.make(state);
    const { name } = state.attrs;
    return made ? made.then(() => this.#session.read(name)) : this.#session.read(name);
  }

  write(state: StateNode, values: TypedArray): void | Promise<void> {
    this.#made.add(state.attrs.name);
    return this.#session.write(state.attrs.name, state.dtype, values);
  }
}

/** What is wrong with a value for a state; null where it fits. */
export function mismatch(state: StateNode, dtype: DType, shape: readonly number[]): string | null {
  const same = dtype === state.dtype && showShape(shape) === showShape(state.shape);
  return same ? null : `'${state.attrs.name}' is ${dtype} ${showShape(shape)}, not ${state.dtype} ${showShape(state.shape)}`;
}

/** Checks saved tensors against all states, as a whole. Throws one `MachineError` that lists what is missing, unknown or unfit. */
export function matchSaved(states: readonly StateNode[], saved: ReadonlyMap<string, Tensor>): [StateNode, Tensor][] {
  const names = new Set(states.map((state) => state.attrs.name));
  const missing = [...names].filter((name) => !saved.has(name)).map((name) => `'${name}' is missing`);
  const unknown = [...saved.keys()].filter((name) => !names.has(name)).map((name) => `'${name}' is unknown`);
  const pairs = states.flatMap((state): [StateNode, Tensor][] => {
    const value = saved.get(state.attrs.name);
    return value ? [[state, value]] : [];
  });
  const unfit = pairs.map(([state, { dtype, shape }]) => mismatch(state, dtype, shape)).filter((text) => text !== null);
  const wrong = [...missing, ...unknown, ...unfit];
  if (wrong.length === 0) return pairs;
  throw new MachineError(`load: the saved state does not fit the graph: ${wrong.join('; ')}. Nothing was loaded.`);
}

/** A value for a state, as the tensor that it must be. */
export function stateTensor(state: StateNode, values: TypedArray): Tensor {
  return Tensor.wrap(state.dtype, state.shape as readonly number[], values);
}
