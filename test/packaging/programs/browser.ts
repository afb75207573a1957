/** A training step written with free functions, for a bundle: everything that it uses must run where there is no Node. */
import { js } from '@tapegrad/backend-cpu';
import { Graph, grad, TapeMachine, tensor } from '@tapegrad/core';
import { add, mul, sum } from '@tapegrad/ops';

export async function main(): Promise<{ loss: unknown; slope: unknown }> {
  const graph = new Graph();
  const x = graph.input('x', ['batch']);
  const w = graph.parameter('w', tensor(2));
  const loss = sum(mul(add(x, w), w));
  const machine = new TapeMachine(graph, { backend: js() });
  const program = await machine.compile({ loss, slope: grad(loss, w) });
  const result = await program.run({ x: [1, 2, 3] });
  return { loss: result.loss.item(), slope: result.slope.item() };
}
