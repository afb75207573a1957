import { add, evaluate, Graph, grad, interpreter, type Node, TapeMachine, tensor, type Update } from '@tapegrad/core';
import { mul, sin, square, sub, sum } from '@tapegrad/ops';
import { describe, expect, it } from 'vitest';
import { adam, adamw } from '../src/optimisers/adam.js';
import { clipByGlobalNorm, clipByValue, globalNorm } from '../src/optimisers/clip.js';
import { type SgdOptions, sgd } from '../src/optimisers/sgd.js';
import { exponentialDecay } from '../src/schedules/schedules.js';

const slope = (p: number): number => 2 * (p - 2) + 3 * Math.cos(3 * p);

/** The parameter before each of `steps` updates of (p - 2)² + sin(3p), from -1. */
async function trajectory(optimise: (loss: Node, p: Node) => Update[], steps = 12): Promise<number[]> {
  const graph = new Graph({ dtype: 'float64' });
  const p = graph.parameter('p', -1);
  const loss = add(square(sub(p, 2)), sin(mul(3, p)));
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const step = await machine.compile({ p }, { updates: optimise(loss, p) });
  return Array.from({ length: steps }, () => Number(step.runSync({}).p.item()));
}

/** The same by a loop of numbers: `next(p, gradient, step)` is the parameter after the step. */
function reference(next: (p: number, g: number, step: number) => number, steps = 12): number[] {
  const points = [-1];
  while (points.length < steps) points.push(next(points.at(-1)!, slope(points.at(-1)!), points.length - 1));
  return points;
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - want[i]!)).toBeLessThan(1e-12);
  });
}

describe('sgd', () => {
  /** As torch.optim.SGD documents itself. */
  const torch = ({ learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 }: Options): number[] => {
    let buffer = 0;
    return reference((p, gradient, step) => {
      const g = gradient + weightDecay * p;
      buffer = step === 0 ? g : momentum * buffer + (1 - dampening) * g;
      return p - learningRate * (momentum === 0 ? g : nesterov ? g + momentum * buffer : buffer);
    });
  };
  type Options = Omit<SgdOptions, 'learningRate'> & { learningRate: number };

  it.each<Options>([
    { learningRate: 0.05 },
    { learningRate: 0.05, weightDecay: 0.1 },
    { learningRate: 0.02, momentum: 0.9 },
    { learningRate: 0.02, momentum: 0.9, dampening: 0.3, weightDecay: 0.01 },
    { learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  ])('follows %o', async (options) => {
    expectClose(await trajectory((loss, p) => sgd(loss, [p], options)), torch(options));
  });

  it('refuses Nesterov without momentum, and with dampening', () => {
    const graph = new Graph();
    const p = graph.parameter('p', 1);
    const refusal = 'sgd: nesterov looks ahead along an undampened momentum; give momentum above 0 and dampening 0.';
    expect(() => sgd(square(p), [p], { learningRate: 0.1, nesterov: true })).toThrow(refusal);
    expect(() => sgd(square(p), [p], { learningRate: 0.1, nesterov: true, momentum: 0.9, dampening: 0.1 })).toThrow(refusal);
  });
});

describe('adam and adamw', () => {
  /** As torch.optim.Adam and AdamW document themselves. */
  const torch = (options: { betas?: [number, number]; epsilon?: number; decay?: number; decoupled?: boolean }): number[] => {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, decay = 0, decoupled = false } = options;
    let [m, v] = [0, 0];
    return reference((p, gradient, step) => {
      const g = decoupled ? gradient : gradient + decay * p;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const direction = m / (1 - beta1 ** (step + 1)) / (Math.sqrt(v / (1 - beta2 ** (step + 1))) + epsilon);
      return (decoupled ? p * (1 - 0.1 * decay) : p) - 0.1 * direction;
    });
  };

  it('adam follows its paper', async () => {
    expectClose(await trajectory((loss, p) => adam(loss, [p], { learningRate: 0.1 })), torch({}));
  });

  it('adam takes betas, epsilon and weight decay', async () => {
    const options = { betas: [0.8, 0.9], epsilon: 0.01 } as const;
    const updates = (loss: Node, p: Node) => adam(loss, [p], { learningRate: 0.1, ...options, weightDecay: 0.1 });
    expectClose(await trajectory(updates), torch({ betas: [0.8, 0.9], epsilon: 0.01, decay: 0.1 }));
  });

  it('adamw decays apart from the gradient, by 0.01 unless told', async () => {
    const updates = (loss: Node, p: Node) => adamw(loss, [p], { learningRate: 0.1 });
    expectClose(await trajectory(updates), torch({ decay: 0.01, decoupled: true }));
  });
});

describe('optimisers', () => {
  it('take gradients in place of a loss', async () => {
    const whole = await trajectory((loss, p) => adam(loss, [p], { learningRate: 0.1 }));
    expect(await trajectory((loss, p) => adam(grad(loss, [p]), [p], { learningRate: 0.1 }))).toEqual(whole);
  });

  it('take a node or a schedule as learning rate', async () => {
    const halving = await trajectory((loss, p) => sgd(loss, [p], { learningRate: exponentialDecay(0.1, { factor: 0.5 }) }));
    expectClose(
      halving,
      reference((p, g, step) => p - 0.1 * 0.5 ** step * g),
    );
    const byNode = await trajectory((loss, p) => sgd(loss, [p], { learningRate: loss.graph.state('rate', 0.1) }));
    expectClose(
      byNode,
      reference((p, g) => p - 0.1 * g),
    );
  });

  it('name their states after themselves and the parameter', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [1, 2]);
    const names = (updates: readonly Update[]) => updates.map(({ state }) => (state.attrs as { name: string }).name);
    const loss = sum(square(w));
    expect(names(adam(loss, [w], { learningRate: 0.1 })).sort()).toEqual(['adam.step', 'adam.w.m', 'adam.w.v', 'w']);
    expect(names(adam(loss, [w], { learningRate: 0.1 })).sort()).toEqual(['adam#2.step', 'adam#2.w.m', 'adam#2.w.v', 'w']);
    expect(names(sgd(loss, [w], { learningRate: 0.1 }))).toEqual(['w']);
    expect(names(sgd(loss, [w], { learningRate: 0.1, momentum: 0.9 })).sort()).toEqual(['sgd.w.momentum', 'w']);
  });

  it('leave nothing to do without parameters', () => {
    const graph = new Graph();
    expect(sgd([], [], { learningRate: 0.1 })).toEqual([]);
    expect(adam([], [], { learningRate: 0.1 })).toEqual([]);
    expect(clipByGlobalNorm([], 1)).toEqual([]);
    expect(graph.nodes).toEqual([]);
  });

  it('say what cannot be updated, and what is missing', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [1, 2]);
    const y = square(w);
    expect(() => adam(sum(y), [y], { learningRate: 0.1 })).toThrow(
      'adam: %1 is the result of square; only parameters and other state can be updated.',
    );
    const v = graph.parameter('v', [3]);
    expect(() => sgd(sum(y), [w, v, w], { learningRate: 0.1 })).toThrow("sgd: 'w' is given twice; name it once.");
    expect(() => sgd([y], [w, v], { learningRate: 0.1 })).toThrow('sgd: got 1 gradients for 2 parameters; give one for each.');
  });
});

describe('clipByGlobalNorm', () => {
  const graph = new Graph({ dtype: 'float64' });
  const gradients = [graph.constant([3, 0]), graph.constant([[0], [4]])];

  it('scales all gradients to the limit together', () => {
    expect(evaluate(globalNorm(gradients)).item()).toBe(5);
    const [a, b] = clipByGlobalNorm(gradients, 1).map((node) => evaluate(node));
    const scale = 1 / (5 + 1e-6);
    expect(a!.equals(tensor([3 * scale, 0], { dtype: 'float64' }))).toBe(true);
    expect(b!.equals(tensor([[0], [4 * scale]], { dtype: 'float64' }))).toBe(true);
  });

  it('leaves short ones as they are, and zeros zeros', () => {
    expect(clipByGlobalNorm(gradients, 5.1).map((node) => evaluate(node).toArray())).toEqual([
      [3, 0],
      [[0], [4]],
    ]);
    expect(clipByGlobalNorm([graph.constant([0, 0])], 1).map((node) => evaluate(node).toArray())).toEqual([[0, 0]]);
  });
});

describe('clipByValue', () => {
  it('holds each element within the limit', () => {
    const graph = new Graph();
    const [clipped] = clipByValue([graph.constant([-3, 0.5, Number.NaN, 2])], 1);
    expect(evaluate(clipped!).toArray()).toEqual([-1, 0.5, Number.NaN, 1]);
  });
});
