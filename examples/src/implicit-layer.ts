import {
  add,
  checkGradients,
  customGradient,
  evaluate,
  type GradientReport,
  Graph,
  grad,
  matmul,
  mul,
  type Node,
  outer,
  solve,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  unsqueeze,
} from 'tapegrad';

const SIZE = 3;
const ITERATIONS = 60;

/** Follows x ← tanh(W·x + b) from 0, which ends in its fixed point where W is not large. */
function iterate(w: Node, b: Node): Node {
  let x = stopGradient(mul(0, b));
  for (let i = 0; i < ITERATIONS; i++) x = tanh(add(matmul(w, x), b));
  return x;
}

/**
 * The x with x = tanh(W·x + b), as a layer. Its derivative needs no step of the iteration: by the implicit function theorem
 * (I − D·W)·dx = D·(dW·x + db) with D = diag(1 − x²), so a cotangent g goes back by one linear system, u = (I − D·W)⁻ᵀ·g.
 */
const fixedPoint = customGradient((...[w, b]) => iterate(w!, b!), {
  vjp: (g, x, w) => {
    const slope = sub(1, square(x));
    const identity = w!.graph.constant(
      Array.from({ length: SIZE }, (_, i) => Array.from({ length: SIZE }, (_, j) => (i === j ? 1 : 0))),
      w!.dtype,
    );
    const jacobian = mul(unsqueeze(slope, { axis: 1 }), w!);
    const u = mul(slope, solve(transpose(sub(identity, jacobian)), g));
    return [outer(u, x), u];
  },
});

/** Differentiates a fixed point, twice, and compares with differences. */
export async function main(): Promise<{ residual: number; first: GradientReport; second: GradientReport }> {
  const graph = new Graph({ dtype: 'float64' });
  const w = graph.parameter('w', [
    [0.2, -0.4, 0.1],
    [0.3, 0.1, -0.2],
    [-0.1, 0.5, 0.3],
  ]);
  const b = graph.parameter('b', [0.5, -0.3, 0.8]);
  const x = fixedPoint(w, b);
  const residual = Number(evaluate(graph.max(graph.abs(sub(x, tanh(add(matmul(w, x), b)))))).item());
  console.log(`x = ${Array.from(evaluate(x).data, (value) => value.toFixed(6)).join(', ')}, off by ${residual.toExponential(1)}`);

  const loss = sum(square(x));
  const first = checkGradients(loss, [w, b]);
  console.log(`first derivatives: ${first}`);
  const second = checkGradients(sum(square(grad(loss, w))), [w, b]);
  console.log(`second derivatives: ${second}`);
  return { residual, first, second };
}
