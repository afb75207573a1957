import { Graph, sgd, TapeMachine } from 'tapegrad';

/** Points near the line 2x + 1. */
const xs = Array.from({ length: 20 }, (_, i) => i / 10);
const ys = xs.map((x, i) => 2 * x + 1 + 0.05 * Math.sin(17 * i));

/** Fits a line to points by gradient descent on the mean squared error. */
export async function main(): Promise<{ slope: number; offset: number }> {
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

  const line = { slope: Number((await machine.get(slope)).item()), offset: Number((await machine.get(offset)).item()) };
  console.log(`y = ${line.slope.toFixed(3)}·x + ${line.offset.toFixed(3)}`);
  return line;
}
