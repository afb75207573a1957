import { Graph, matmul, sgd, solve, stack, TapeMachine, transpose } from 'tapegrad';

export interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** Points near the line 2x + 1. */
const xs = Array.from({ length: 20 }, (_, i) => i / 10);
const ys = xs.map((x, i) => 2 * x + 1 + 0.05 * Math.sin(17 * i));

/** Fits a line to points by gradient descent on the mean squared error. */
async function byDescent(): Promise<Line> {
  const graph = new Graph();
  const x = graph.input('x', ['points']);
  const y = graph.input('y', ['points']);
  const slope = graph.parameter('slope', 0);
  const offset = graph.parameter('offset', 0);
  const loss = graph.mse(graph.add(graph.mul(slope, x), offset), y);

  const machine = new TapeMachine(graph);
  const step = await machine.compile({ loss }, { updates: sgd(loss, [slope, offset], { learningRate: 0.2 }) });
  for (let i = 0; i <= 200; i++) {
    const { loss } = await step.run({ x: xs, y: ys });
    if (i % 50 === 0) console.log(`step ${String(i).padStart(3)}: loss ${Number(loss.item()).toFixed(6)}`);
  }
  return { slope: Number((await machine.get(slope)).item()), offset: Number((await machine.get(offset)).item()) };
}

/** Fits the same line at once: the solution of the normal equations AᵀA·w = Aᵀy, where A has the columns x and 1. */
async function bySolving(): Promise<Line> {
  const graph = new Graph();
  const x = graph.input('x', ['points']);
  const y = graph.input('y', ['points']);
  const columns = stack([x, graph.onesLike(x)], { axis: 0 });
  const line = solve(matmul(columns, transpose(columns)), matmul(columns, y));

  const program = await new TapeMachine(graph).compile({ line });
  const [slope = 0, offset = 0] = (await program.run({ x: xs, y: ys })).line.data;
  return { slope, offset };
}

/** Fits a line to points in two ways, which agree. */
export async function main(): Promise<{ descended: Line; solved: Line }> {
  const [descended, solved] = [await byDescent(), await bySolving()];
  for (const [way, { slope, offset }] of Object.entries({ descended, solved }))
    console.log(`${way}: y = ${slope.toFixed(3)}·x + ${offset.toFixed(3)}`);
  return { descended, solved };
}
