import { add, type Backend, exp, Graph, grad, mul, neg, sum, TapeMachine, tanh } from 'tapegrad';
import type { Prepared } from '../system.js';
import type { Elementwise } from '../work/elementwise.js';

/** The result is written to a state, and so stays on the backend. */
export async function elementwise(backend: Backend, { x: values, derivative }: Elementwise): Promise<Prepared> {
  const graph = new Graph();
  const x = graph.state('x', values);
  const result = graph.state('y', new Float32Array(values.length));
  const y = add(mul(tanh(add(mul(1.3, x), 0.2)), exp(neg(mul(x, x)))), 0.5);
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({}, { updates: [{ state: result, value: derivative ? grad(sum(y), x) : y }] });
  return {
    run: () => program.run(),
    async read() {
      await program.run();
      return (await machine.getAsync(result)).data;
    },
    dispose: () => machine.dispose(),
  };
}
