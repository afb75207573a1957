import { cholesky, Graph, grad, hessian, neg, TapeMachine, triangularSolve, unsqueeze } from 'tapegrad';

/**
 * Newton's method on Rosenbrock's valley, (1 - x)² + 100·(y - x²)², with the exact Hessian: one program computes the value, the gradient
 * and the Hessian, solves for the step, and updates the point.
 */
export async function main(): Promise<readonly number[]> {
  const graph = new Graph({ dtype: 'float64' });
  const point = graph.state('point', [-1.2, 1]);
  const x = graph.slice(point, [[0, 1]]);
  const y = graph.slice(point, [[1, 2]]);
  const ahead = graph.square(graph.sub(1, x));
  const aside = graph.square(graph.sub(y, graph.square(x)));
  const height = graph.sum(graph.add(ahead, graph.mul(100, aside)));

  const factor = cholesky(hessian(height, point));
  const slope = unsqueeze(grad(height, point), { axis: 1 });
  const step = neg(triangularSolve(factor, triangularSolve(factor, slope), { transpose: true }));
  const next = graph.add(point, graph.squeeze(step, { axis: 1 }));

  const machine = new TapeMachine(graph);
  const newton = await machine.compile({ point, height }, { updates: [{ state: point, value: next }] });
  for (let i = 0; i < 7; i++) {
    const { point, height } = await newton.run();
    console.log(`step ${i}: height ${Number(height.item()).toExponential(3)} at (${Array.from(point.data).join(', ')})`);
  }
  return Array.from((await machine.get(point)).data);
}
