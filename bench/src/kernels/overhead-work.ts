import { add, bytesOf, Graph, TapeMachine } from 'tapegrad';
import { timed, timedStaying } from '../tapegrad/timed.js';
import { fill } from '../work/numbers.js';
import type { Work } from './work.js';

/** Elements that are moved: 4 kB, 256 kB, 16 MB. */
const LENGTHS = [2 ** 10, 2 ** 16, 2 ** 22];

/**
 * What a run costs besides its kernels: starting it, starting it and waiting for its result, and moving data to and from the backend. Each
 * adds 1 to what it is about: a backend may put off moving what nothing computes with, and may remember what it has given once.
 */
export function overheadWork(quick: boolean): Work[] {
  const lengths = quick ? LENGTHS.slice(0, 1) : LENGTHS;
  return [
    overhead('launch', 1, false, false),
    overhead('round trip', 1, true, true),
    ...lengths.map((length) => overhead('upload', length, true, false)),
    ...lengths.map((length) => overhead('download', length, false, true)),
  ];
}

/** A run that adds 1 to what is fed or else is on the backend, and gives that or else leaves it there. */
function overhead(operation: string, length: number, isFed: boolean, isGiven: boolean): Work {
  let filled: Float32Array | null = null;
  const values = () => {
    filled ??= fill(length, 1, 4);
    return filled;
  };
  return {
    kind: 'overhead',
    operation,
    dtype: 'float32',
    shapes: `[${length}]`,
    elements: length,
    bytes: isFed === isGiven ? 0 : length * bytesOf('float32'),
    flops: 0,
    want: async () => Float64Array.from(values(), (v) => v + 1),
    async prepare(backend) {
      const graph = new Graph();
      const x = isFed ? graph.input('x', [length]) : graph.state('x', values());
      const feeds = isFed ? { x: values() } : {};
      const y = add(x, 1);
      if (!isGiven) return timedStaying(backend, graph, y, feeds);
      const machine = new TapeMachine(graph, { backend });
      const program = await machine.compile({ y });
      return timed({ backend, machine, program, feeds, read: async () => (await program.run(feeds)).y.data });
    },
  };
}
