import { add, cast, evaluate, Graph, grad, interpreter, type Node, TapeMachine, type Update } from '@tapegrad/core';
import { matmul, mul, sin, square, sub, sum } from '@tapegrad/ops';
import { describe, expect, it } from 'vitest';
import { adam, adamw } from '../src/optimisers/adam.js';
import { adamax, nadam, radam } from '../src/optimisers/adaptive-moments.js';
import { clipByNorm } from '../src/optimisers/clip.js';
import { lbfgs } from '../src/optimisers/lbfgs.js';
import { lion } from '../src/optimisers/lion.js';
import { type AdadeltaOptions, adadelta, adagrad, type RmspropOptions, rmsprop } from '../src/optimisers/squared-gradients.js';

const slope = (p: number): number => 2 * (p - 2) + 3 * Math.cos(3 * p);
const STEPS = 20;

/** The parameter before each of 20 updates of (p - 2)² + sin(3p), from -1. */
async function trajectory(
  optimise: (loss: Node, p: Node) => Update[],
  dtype: 'float32' | 'float64' = 'float64',
): Promise<number[]> {
  const graph = new Graph({ dtype });
  const p = graph.parameter('p', -1);
  const loss = add(square(sub(p, 2)), sin(mul(3, p)));
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const step = await machine.compile({ p }, { updates: optimise(loss, p) });
  return Array.from({ length: STEPS }, () => Number(step.runSync({}).p.item()));
}

/** The same by a loop of numbers: `next(p, gradient, t)` is the parameter after step t, from 1. */
function reference(next: (p: number, g: number, t: number) => number): number[] {
  const points = [-1];
  while (points.length < STEPS) points.push(next(points.at(-1)!, slope(points.at(-1)!), points.length));
  return points;
}

function expectClose(got: readonly number[], want: readonly number[], tolerance = 1e-12): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - want[i]!), `step ${i}`).toBeLessThan(tolerance);
  });
}

describe('learning rates that are not given', () => {
  it.each([
    ['adam', 0.001, adam],
    ['adamw', 0.001, adamw],
    ['adamax', 0.002, adamax],
    ['nadam', 0.002, nadam],
    ['radam', 0.001, radam],
    ['rmsprop', 0.01, rmsprop],
    ['adagrad', 0.01, adagrad],
    ['adadelta', 1, adadelta],
  ] as const)('%s has that of PyTorch, %d', async (_name, learningRate, optimise) => {
    const wanted = await trajectory((loss, p) => optimise(loss, [p], { learningRate }));
    expect(await trajectory((loss, p) => optimise(loss, [p]))).toEqual(wanted);
  });
});

describe('rmsprop', () => {
  it.each<RmspropOptions & { learningRate: number }>([
    { learningRate: 0.05 },
    { learningRate: 0.05, alpha: 0.9, epsilon: 0.01, weightDecay: 0.1 },
    { learningRate: 0.02, momentum: 0.9 },
    { learningRate: 0.02, alpha: 0.9, momentum: 0.5, centered: true },
  ])('follows PyTorch with %o', async (options) => {
    const { learningRate, alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
    let [v, m, buffer] = [0, 0, 0];
    const wanted = reference((p, gradient) => {
      const g = gradient + weightDecay * p;
      v = alpha * v + (1 - alpha) * g * g;
      m = alpha * m + (1 - alpha) * g;
      buffer = momentum * buffer + g / (Math.sqrt(centered ? v - m * m : v) + epsilon);
      return p - learningRate * buffer;
    });
    expectClose(await trajectory((loss, p) => rmsprop(loss, [p], options)), wanted);
  });
});

describe('adagrad', () => {
  it.each([
    { learningRate: 0.5 },
    { learningRate: 0.5, learningRateDecay: 0.1, initialAccumulatorValue: 0.3, epsilon: 0.01, weightDecay: 0.1 },
  ])('follows PyTorch with %o', async (options) => {
    const { learningRate, learningRateDecay = 0, initialAccumulatorValue = 0, epsilon = 1e-10, weightDecay = 0 } = options;
    let total = initialAccumulatorValue;
    const wanted = reference((p, gradient, t) => {
      const g = gradient + weightDecay * p;
      total += g * g;
      return p - (learningRate / (1 + (t - 1) * learningRateDecay)) * (g / (Math.sqrt(total) + epsilon));
    });
    expectClose(await trajectory((loss, p) => adagrad(loss, [p], options)), wanted);
  });
});

describe('adadelta', () => {
  it.each<AdadeltaOptions & { learningRate?: number }>([{}, { learningRate: 30, rho: 0.8, epsilon: 1e-3, weightDecay: 0.1 }])(
    'follows PyTorch with %o',
    async (options) => {
      const { learningRate = 1, rho = 0.9, epsilon = 1e-6, weightDecay = 0 } = options;
      let [v, moved] = [0, 0];
      const wanted = reference((p, gradient) => {
        const g = gradient + weightDecay * p;
        v = rho * v + (1 - rho) * g * g;
        const step = (Math.sqrt(moved + epsilon) / Math.sqrt(v + epsilon)) * g;
        moved = rho * moved + (1 - rho) * step * step;
        return p - learningRate * step;
      });
      expectClose(await trajectory((loss, p) => adadelta(loss, [p], options)), wanted);
    },
  );
});

/** The running means of Adam's family. */
function moments(beta1 = 0.9, beta2 = 0.999) {
  let [m, v] = [0, 0];
  return (g: number): { m: number; v: number } => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    return { m, v };
  };
}

describe('the family of adam', () => {
  it('amsgrad keeps the greatest mean square', async () => {
    const next = moments(0.9, 0.5);
    let peak = 0;
    const wanted = reference((p, g, t) => {
      const { m, v } = next(g);
      peak = Math.max(peak, v);
      return p - ((0.3 / (1 - 0.9 ** t)) * m) / (Math.sqrt(peak) / Math.sqrt(1 - 0.5 ** t) + 1e-8);
    });
    const options = { learningRate: 0.3, betas: [0.9, 0.5], amsgrad: true } as const;
    expectClose(await trajectory((loss, p) => adam(loss, [p], options)), wanted);
  });

  it.each([0, 0.1])('adamax follows PyTorch with weight decay %d', async (weightDecay) => {
    let [m, peak] = [0, 0];
    const wanted = reference((p, gradient, t) => {
      const g = gradient + weightDecay * p;
      m = 0.9 * m + 0.1 * g;
      peak = Math.max(0.999 * peak, Math.abs(g) + 1e-8);
      return p - (0.1 / (1 - 0.9 ** t)) * (m / peak);
    });
    expectClose(await trajectory((loss, p) => adamax(loss, [p], { learningRate: 0.1, weightDecay })), wanted);
  });

  it.each([{ weightDecay: 0 }, { weightDecay: 0.1 }, { weightDecay: 0, correctedProduct: true }])(
    'nadam follows PyTorch with %o',
    async ({ weightDecay, correctedProduct = false }) => {
      const next = moments();
      let product = 1;
      const wanted = reference((p, gradient, t) => {
        const g = gradient + weightDecay * p;
        const { m, v } = next(g);
        const momentum = (count: number): number => 0.9 * (1 - 0.5 * 0.96 ** (count * 0.004));
        product *= momentum(t);
        const root = Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8;
        const first = (0.1 * (1 - momentum(t)) * g) / (1 - product) / root;
        const following = product * (correctedProduct ? 1 : momentum(t)) * momentum(t + 1);
        return p - first - (0.1 * momentum(t + 1) * m) / (1 - following) / root;
      });
      expectClose(await trajectory((loss, p) => nadam(loss, [p], { learningRate: 0.1, weightDecay, correctedProduct })), wanted);
    },
  );

  it.each([
    [0, 0.999],
    [0.1, 0.9],
  ])('radam follows PyTorch with weight decay %d and beta %d', async (weightDecay, beta2) => {
    const next = moments(0.9, beta2);
    const limit = 2 / (1 - beta2) - 1;
    const rectified: boolean[] = [];
    const wanted = reference((p, gradient, t) => {
      const g = gradient + weightDecay * p;
      const { m, v } = next(g);
      const length = limit - (2 * t * beta2 ** t) / (1 - beta2 ** t);
      const mean = m / (1 - 0.9 ** t);
      rectified.push(length > 5);
      if (length <= 5) return p - 0.1 * mean;
      const factor = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
      return p - 0.1 * mean * factor * (Math.sqrt(1 - beta2 ** t) / (Math.sqrt(v) + 1e-8));
    });
    expect(new Set(rectified).size).toBe(2);
    const options = { learningRate: 0.1, betas: [0.9, beta2], weightDecay } as const;
    expectClose(await trajectory((loss, p) => radam(loss, [p], options)), wanted);
    expectClose(await trajectory((loss, p) => radam(loss, [p], options), 'float32'), wanted, 1e-4);
  });
});

describe('lion', () => {
  it('steps by the sign of the momentum', async () => {
    let m = 0;
    const wanted = reference((p, g) => {
      const direction = Math.sign(0.9 * m + (1 - 0.9) * g);
      m = 0.99 * m + (1 - 0.99) * g;
      return p * (1 - 0.05 * 0.1) - 0.05 * direction;
    });
    expectClose(await trajectory((loss, p) => lion(loss, [p], { learningRate: 0.05, weightDecay: 0.1 })), wanted);
  });
});

type Vector = readonly number[];
const dot = (a: Vector, b: Vector): number => a.reduce((total, x, i) => total + x * b[i]!, 0);
const plus = (a: Vector, b: Vector, factor: number): number[] => a.map((x, i) => x + factor * b[i]!);

/** As torch.optim.LBFGS goes with max_iter=1 and no line search. */
function torchLbfgs(
  start: Vector,
  gradient: (x: Vector) => number[],
  steps: number,
  rate: number,
  historySize: number,
): Vector[] {
  let history: { s: Vector; y: Vector; rho: number }[] = [];
  let [scale, x, step, before] = [1, [...start], [] as number[], [] as number[]];
  const points = [x];
  for (let k = 0; k < steps; k++) {
    const g = gradient(x);
    if (k > 0) {
      const y = plus(g, before, -1);
      if (dot(y, step) > 1e-10) {
        history = [...history, { s: step, y, rho: 1 / dot(y, step) }].slice(-historySize);
        scale = dot(y, step) / dot(y, y);
      }
    }
    let q = g.map((value) => -value);
    const alphas = history.toReversed().map(({ s, y, rho }) => {
      const alpha = rho * dot(s, q);
      q = plus(q, y, -alpha);
      return alpha;
    });
    let r = q.map((value) => value * scale);
    history.forEach(({ s, y, rho }, i) => {
      r = plus(r, s, alphas.at(-1 - i)! - rho * dot(y, r));
    });
    const size = g.reduce((total, value) => total + Math.abs(value), 0);
    const length = k === 0 ? Math.min(1, 1 / size) * rate : rate;
    step = r.map((value) => value * length);
    before = g;
    x = plus(x, step, 1);
    points.push(x);
  }
  return points;
}

describe('lbfgs', () => {
  const matrix = [
    [3, 1, 0],
    [1, 2, 0.5],
    [0, 0.5, 1],
  ];
  const gradientAt = (x: Vector): number[] => matrix.map((row, i) => dot(row, x) + 4 * x[i]! ** 3);

  /** The positions of x, one vector in two parameters of two dtypes, on ½xᵀAx + Σx⁴. */
  async function run(steps: number, options: { learningRate: number; historySize: number }, dtype: 'float32' | 'float64') {
    const graph = new Graph({ dtype: 'float64' });
    const a = graph.parameter('a', [[2, -1]]);
    const b = graph.parameter('b', 1.5, { dtype });
    const [first, second] = [
      matmul(a, [
        [1, 0, 0],
        [0, 1, 0],
      ]),
      mul(cast(b, 'float64'), graph.constant([[0, 0, 1]])),
    ];
    const x = add(first, second);
    const loss = add(mul(0.5, sum(mul(x, matmul(x, matrix)))), sum(square(square(x))));
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const step = await machine.compile({ x }, { updates: lbfgs(loss, [a, b], options) });
    return Array.from({ length: steps + 1 }, () => Array.from(step.runSync({}).x.data));
  }

  it.each([
    { learningRate: 0.5, historySize: 3 },
    { learningRate: 1, historySize: 10 },
    { learningRate: 0.8, historySize: 1 },
  ])('follows PyTorch with %o', async (options) => {
    const wanted = torchLbfgs([2, -1, 1.5], gradientAt, 12, options.learningRate, options.historySize);
    const got = await run(12, options, 'float64');
    got.forEach((x, k) => {
      expectClose(x, wanted[k]!, 1e-9);
    });
  });

  it('reaches the minimum, also over parameters of several dtypes, and stays there', async () => {
    const got = await run(30, { learningRate: 0.9, historySize: 5 }, 'float32');
    expect(Math.max(...got.at(-1)!.map(Math.abs))).toBeLessThan(1e-6);
  });

  it('does nothing at a stationary point', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const p = graph.parameter('p', [0, 0]);
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const step = await machine.compile({ p }, { updates: lbfgs(sum(square(p)), [p]) });
    expect(Array.from({ length: 3 }, () => step.runSync({}).p.toArray()).at(-1)).toEqual([0, 0]);
  });
});

describe('optimisers', () => {
  it('name all states of one optimiser alike', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [1, 2]);
    const names = (updates: readonly Update[]) => updates.map(({ state }) => (state.attrs as { name: string }).name);
    const loss = sum(square(w));
    adam(loss, [w], { learningRate: 0.1 });
    expect(names(adam(loss, [w], { learningRate: 0.1, amsgrad: true })).sort()).toEqual([
      'adam#2.step',
      'adam#2.w.m',
      'adam#2.w.peak',
      'adam#2.w.v',
      'w',
    ]);
    expect(names(nadam(loss, [w], { learningRate: 0.1 })).sort()).toEqual([
      'nadam.step',
      'nadam.w.m',
      'nadam.w.product',
      'nadam.w.v',
      'w',
    ]);
  });

  it('leave nothing to do without parameters', () => {
    expect([...rmsprop([], [], { learningRate: 1 }), ...lbfgs([], []), ...lion([], [], { learningRate: 1 })]).toEqual([]);
  });
});

describe('clipByNorm', () => {
  it('scales each gradient on its own', () => {
    const graph = new Graph({ dtype: 'float64' });
    const [a, b] = clipByNorm([graph.constant([3, 4]), graph.constant([0.3, 0.4])], 1).map((node) => evaluate(node).data);
    expectClose([...a!], [0.6, 0.8], 1e-6);
    expect([...b!]).toEqual([0.3, 0.4]);
    const p = graph.parameter('p', [1, 2]);
    expect(clipByNorm([grad(sum(square(p)), p)], graph.input('limit', [])).length).toBe(1);
  });
});
