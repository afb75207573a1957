import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { adam, add, crossEntropy, Graph, glorotUniform, matmul, type Node, TapeMachine, tanh, zeros } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { backends } from '../machine/backends.js';
import { eager, ready } from '../machine/threaded.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What ten thousand runs leave behind may be no more than this: seven bytes a run would show. */
const LIMIT = 64 * 1024;
/** The process may take no more pages either: a hundred bytes a run would show. */
const RESIDENT_LIMIT = 1024 * 1024;

/** Bytes of the heap and of array buffers in use, and resident ones. The second collection frees what the first one's finalisers let go of. */
async function used(): Promise<{ held: number; resident: number }> {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 50));
  collect();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { held: heapUsed + arrayBuffers, resident: rss };
}

const rows = 16;
const feeds = {
  x: Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(i)),
  y: Int32Array.from({ length: rows }, (_, i) => i % 3),
};

/** A step of Adam on a small classifier, fed anew each time. */
async function trainingStep(open: (typeof backends)[number][1]) {
  const graph = new Graph();
  const x = graph.input('x', ['batch', 4]);
  const y = graph.input('y', ['batch'], 'int32');
  const layer = (input: Node, name: string, inputs: number, outputs: number): { parameters: Node[]; output: Node } => {
    const w = graph.parameter(`w${name}`, glorotUniform([inputs, outputs]));
    const b = graph.parameter(`b${name}`, zeros([outputs]));
    return { parameters: [w, b], output: add(matmul(input, w), b) };
  };
  const first = layer(x, '1', 4, 8);
  const second = layer(tanh(first.output), '2', 8, 3);
  const loss = crossEntropy(second.output, y);
  const updates = adam(loss, [...first.parameters, ...second.parameters], { learningRate: 0.001 });
  return new TapeMachine(graph, { backend: open() }).compile({ loss }, { updates });
}

/** A leak grows in every round; what V8 compiles and forgets meanwhile, up to 150 kB, comes and goes in the first ones. */
const ROUNDS = 4;

// The interpreter shares all of a run's bookkeeping with the others, and would take minutes.
const threaded = ['wasm, in two threads', () => eager(2)] as const;

describe.each([...backends.filter(([name]) => name !== 'interpreter'), threaded])('training on %s', (_name, open) => {
  it.each(['run', 'runSync'] as const)('leaves nothing behind by %s', async (call) => {
    const step = await trainingStep(open);
    await step.run(feeds);
    await ready();
    const steps = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) (await step[call](feeds)).loss.item();
    };
    await steps(1000);
    const growths: number[] = [];
    const residentGrowths: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await used();
      await steps(10_000);
      const after = await used();
      growths.push(after.held - before.held);
      residentGrowths.push(after.resident - before.resident);
    }
    expect(Math.min(...growths)).toBeLessThan(LIMIT);
    expect(Math.min(...residentGrowths)).toBeLessThan(RESIDENT_LIMIT);
  });
});
