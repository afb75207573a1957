import { add, defineOp, div, Graph, grad, interpreter, js, sum, TapeMachine } from 'tapegrad';

/**
 * √(x² + 1) - 1 of each element: like x²/2 near 0 and like |x| far from it. Its derivative fact, stated from the result, gives both modes
 * and every order; its lowering gives every backend its kernels. The js backend is given one by hand as well; under `host` it would serve every backend of typed arrays.
 */
const pseudoHuber = defineOp({
  name: 'pseudoHuber',
  kind: 'unary',
  partial: (y, x) => div(x, add(y, 1)),
  lower: (x) => x.mul(x).add(x.constant(1)).sqrt().sub(x.constant(1)),
  kernels: {
    js: ([x], y) => {
      for (let i = 0; i < y.length; i++) y[i] = Math.hypot(x![i]!, 1) - 1;
    },
  },
});

/** Defines an op, and runs its value and first two derivatives on two backends. */
export async function main(): Promise<Record<string, unknown>> {
  const graph = new Graph();
  const x = graph.input('x', ['n']);
  const value = pseudoHuber(x);
  const slope = grad(sum(value), x);
  const curvature = grad(sum(slope), x);

  const results: Record<string, unknown> = {};
  for (const backend of [js(), interpreter()]) {
    const program = await new TapeMachine(graph, { backend }).compile({ value, slope, curvature });
    const result = await program.run({ x: [-3, 0, 0.75] });
    console.log(backend.name, result);
    results[backend.name] = [result.value, result.slope, result.curvature].map((tensor) => tensor.toArray());
  }
  return results;
}
