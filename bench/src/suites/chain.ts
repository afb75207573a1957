import { add, exp, Graph, grad, mul, neg, sum, TapeMachine, tanh } from 'tapegrad';
import type { Entry } from '../backends.js';
import { type Case, expectClose, type Prepared } from '../case.js';

const COUNT = 1_000_000;
const values = Float32Array.from({ length: COUNT }, (_, i) => Math.sin(i * 0.37) * 3);
const value = (x: number): number => Math.tanh(1.3 * x + 0.2) * Math.exp(-x * x) + 0.5;
const slope = (x: number): number => (value(x + 1e-5) - value(x - 1e-5)) / 2e-5;

async function prepare({ make }: Entry, derivative: boolean): Promise<Prepared> {
  const graph = new Graph();
  const x = graph.state('x', values);
  const y = add(mul(tanh(add(mul(1.3, x), 0.2)), exp(neg(mul(x, x)))), 0.5);
  const result = derivative ? grad(sum(y), x) : y;
  const program = await new TapeMachine(graph, { backend: make() }).compile({ result });
  const want = derivative ? slope : value;
  return {
    check() {
      const { data } = program.runSync({}).result;
      for (let i = 0; i < COUNT; i += 997)
        expectClose(`chain at ${values[i]}`, data[i]!, want(values[i]!), { absolute: 1e-5, relative: 1e-4 });
    },
    run: () => program.runSync({}),
  };
}

/** tanh(1.3·x + 0.2)·exp(−x²) + 0.5 over a million float32, and its gradient; x is on the backend, the result is copied out. */
export function chain(entries: readonly Entry[]): Case[] {
  const work = (name: string, derivative: boolean): Case => ({
    suite: 'chain',
    name,
    flops: 0,
    contestants: entries.map((entry) => ({ system: entry.name, threads: 1, prepare: () => prepare(entry, derivative) })),
  });
  return [work('chain-forward', false), work('chain-gradient', true)];
}
