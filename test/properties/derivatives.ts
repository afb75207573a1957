import { js } from '@tapegrad/backend-cpu';
import { Graph, grad, hvp, jvp, type Node, sum, TapeMachine } from '@tapegrad/core';
import { add, mul } from '@tapegrad/ops';
import fc from 'fast-check';
import { composed, compositionsOf, dealt, namesOf, type Step } from './composition.js';

const POINT = { x: [0.3, -0.7, 0.11], y: [[0.52, -0.23]] };
const ALONG = { vx: [0.5, -1, 0.8], vy: [[-0.6, 0.9]] };

/**
 * Random compositions that use every op alike: forward mode, reverse mode and differences agree in the first three orders. A failure prints
 * the seed of its composition.
 */
export async function checkCompositions({ numRuns, seed }: { readonly numRuns: number; readonly seed: number }): Promise<void> {
  for (const [k, ops] of dealt(numRuns, seed).entries()) {
    await fc.assert(fc.asyncProperty(compositionsOf(ops), checkDerivatives), { numRuns: 1, seed: seed + k });
  }
}

async function checkDerivatives(steps: readonly Step[]): Promise<void> {
  const graph = new Graph({ dtype: 'float64' });
  const inputs = [graph.input('x', [3]), graph.input('y', [1, 2])];
  const directions = [graph.input('vx', [3]), graph.input('vy', [1, 2])];
  const loss = composed(inputs, steps);
  const gradients = grad(loss, inputs);
  const slope = along(gradients, directions);
  const curve = along(grad(slope, inputs), directions);
  const outputs = {
    loss,
    slope,
    tangent: jvp([loss], inputs, directions)[0]!,
    forwardOverReverse: along(hvp(loss, inputs, directions), directions),
    reverseOverReverse: curve,
    thirdForward: jvp([curve], inputs, directions)[0]!,
    thirdReverse: along(grad(curve, inputs), directions),
  };
  const program = await new TapeMachine(graph, { backend: js() }).compile(outputs);
  const at = (h: number) => {
    const results = program.runSync({
      ...ALONG,
      x: POINT.x.map((value, i) => value + h * ALONG.vx[i]!),
      y: [POINT.y[0]!.map((value, i) => value + h * ALONG.vy[0]![i]!)],
    });
    return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, Number(result.item())]));
  };
  const here = at(0) as Record<keyof typeof outputs, number>;
  const names = namesOf(steps);
  agree(here.tangent, here.slope, 1e-9, `${names}: forward and reverse`);
  agree(here.reverseOverReverse, here.forwardOverReverse, 1e-8, `${names}: reverse over reverse and forward over reverse`);
  compare(here.slope, (h) => (at(h).loss! - at(-h).loss!) / (2 * h), `${names}: first order and differences`);
  compare(here.forwardOverReverse, (h) => (at(h).slope! - at(-h).slope!) / (2 * h), `${names}: second order and differences`);
  agree(here.thirdForward, here.thirdReverse, 1e-7, `${names}: third order, forward and reverse`);
  const curveAt = (h: number): number => at(h).reverseOverReverse!;
  compare(here.thirdForward, (h) => (curveAt(h) - curveAt(-h)) / (2 * h), `${names}: third order and differences`);
}

function along(xs: readonly Node[], vs: readonly Node[]): Node {
  return xs.map((x, i) => sum(mul(x, vs[i]!))).reduce((a, b) => add(a, b));
}

/** Against differences, where those of two widths agree: near a kink they say nothing. */
function compare(got: number, difference: (h: number) => number, what: string): void {
  const [near, far] = [difference(1e-5), difference(2e-5)];
  if (Math.abs(near - far) > 1e-5 * (1 + Math.abs(near))) return;
  agree(got, near, 1e-4, what);
}

function agree(got: number, wanted: number, tolerance: number, what: string): void {
  if (Math.abs(got - wanted) <= tolerance * (1 + Math.abs(wanted))) return;
  throw new Error(`${what} differ: ${got} and ${wanted}`);
}
