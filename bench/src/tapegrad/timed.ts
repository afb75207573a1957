import {
  arrayOf,
  type Backend,
  type Feeds,
  type Graph,
  type Node,
  type Outputs,
  type Program,
  slice,
  TapeMachine,
  Tensor,
} from 'tapegrad';
import { fenced } from '../fenced.js';
import type { Prepared } from '../system.js';

/** A program to be timed. */
export interface Timing {
  readonly backend: Backend;
  readonly machine: TapeMachine;
  readonly program: Program<Outputs>;
  readonly feeds?: Feeds;
  /** A state that every run replaces, where runs give no results that would have to be waited for. */
  readonly replaces?: Node;
  /** The values that a run gives. */
  read(): Promise<ArrayLike<number>>;
}

/** Makes a program's runs ready to be timed; see `fenced` where they are a device's. */
export async function timed({ backend, machine, program, feeds = {}, replaces, read }: Timing): Promise<Prepared> {
  const dispose = () => machine.dispose();
  if (backend.target.memory === 'host') return { run: () => program.runSync(feeds), read, dispose };
  const run = () => program.run(feeds);
  if (!replaces) return { run, read, dispose };
  const fence = await machine.compile({ element: slice(replaces, replaces.shape.map(() => [0, 1]) as [number, number][]) });
  await run();
  return { run, read, dispose, ...(await fenced(run, () => fence.run())) };
}

/** Makes the computation of a node ready to be timed. It is written to a state, and so stays on the backend. */
export async function timedStaying(backend: Backend, graph: Graph, value: Node, feeds: Feeds = {}): Promise<Prepared> {
  const shape = value.shape as number[];
  const length = shape.reduce((count, size) => count * size, 1);
  const result = graph.state('result', Tensor.from(arrayOf(value.dtype, length), { shape }));
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({}, { updates: [{ state: result, value }] });
  const read = async () => {
    await program.run(feeds);
    return (await machine.getAsync(result)).data;
  };
  return timed({ backend, machine, program, feeds, replaces: result, read });
}
