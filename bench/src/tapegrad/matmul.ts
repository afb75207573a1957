import { type Backend, Graph, matmul as multiply, TapeMachine, Tensor } from 'tapegrad';
import type { Prepared } from '../system.js';
import type { Product } from '../work/matmul.js';

/** The product is written to a state, and so stays on the backend. */
export async function matmul(backend: Backend, { size, a, b }: Product): Promise<Prepared> {
  const shape = [size, size];
  const graph = new Graph();
  const left = graph.state('a', Tensor.from(a, { shape }));
  const right = graph.state('b', Tensor.from(b, { shape }));
  const result = graph.state('c', Tensor.from(new Float32Array(size * size), { shape }));
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({}, { updates: [{ state: result, value: multiply(left, right) }] });
  return {
    run: () => program.run(),
    async read() {
      await program.run();
      return (await machine.getAsync(result)).data;
    },
    dispose: () => machine.dispose(),
  };
}
