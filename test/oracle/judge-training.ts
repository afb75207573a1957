import { type Backend, Graph, grad, type Node, TapeMachine, type Tensor, tensor, type Update } from '@tapegrad/core';
import { add, argmax, cast, crossEntropy, eq, matmul, mean, mul, sin, square, sub, tanh } from '@tapegrad/ops';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  clipByGlobalNorm,
  cosineDecay,
  exponentialDecay,
  globalNorm,
  linearWarmup,
  nadam,
  oneCycle,
  polynomialDecay,
  radam,
  rmsprop,
  type Schedule,
  sgd,
  stepDecay,
} from '@tapegrad/train';
import { difference, EXACT } from './compare.js';
import type {
  ByName,
  IrisTrajectory,
  Oracle,
  ParameterTrajectory,
  Params,
  StoredArray,
  StoredClipping,
  StoredSchedule,
} from './format.js';
import { numbersOf } from './format.js';
import { type Task, task } from './outcome.js';
import { renamed } from './vocabulary.js';

type Open = () => Backend;
type Optimiser = (loss: Node, parameters: readonly Node[], options: Params & { readonly learningRate: number }) => Update[];

const OPTIMISERS: Readonly<Record<string, Optimiser>> = {
  sgd,
  rmsprop,
  adagrad,
  adadelta,
  adam,
  adamw,
  adamax,
  nadam,
  radam,
};

/** By the letters of their names, with or without PyTorch's endings. */
const SCHEDULES: readonly (readonly [name: RegExp, schedule: (base: number) => Schedule])[] = [
  [/^step/, (base) => stepDecay(base, { every: 4, factor: 0.5 })],
  [/^exp/, (base) => exponentialDecay(base, { factor: 0.9 })],
  [/^cos/, (base) => cosineDecay(base, { steps: 10, minimum: 0.01 })],
  [/^linear/, (base) => linearWarmup(base, { steps: 5, start: 0.1 })],
  [/^poly/, (base) => polynomialDecay(base, { steps: 10, power: 2 })],
  [/^one/, () => oneCycle(0.3, { steps: 13 })],
];

/** Trajectories, schedules and clipping, in float64. */
export function trainingTasks({ iris, trajectories = [], schedules = [], clip_grad_norm: clipping }: Oracle, open: Open): Task[] {
  return [
    ...trajectories.map((stored) =>
      task(stored.id, 'trajectories', () =>
        stored.kind === 'iris' ? irisWrongs(stored, iris!, open) : parameterWrongs(stored, open),
      ),
    ),
    ...schedules.map((stored) => task(stored.id, 'schedules', () => scheduleWrongs(stored, open))),
    ...(clipping ? [task('clip_grad_norm', 'clip_grad_norm', () => clippingWrongs(clipping, open))] : []),
  ];
}

type Pair = readonly [what: string, got: Values, wanted: StoredArray | undefined];

/** What is wrong with arrays by name; those that the file lacks are not compared. */
function compared(pairs: readonly Pair[], stray: readonly ArrayLike<number>[] = []): string[] {
  return pairs.flatMap(([what, got, wanted], i) => {
    const allowed = stray[i];
    const wrong = wanted ? difference(got, wanted, EXACT, allowed ? { stray: allowed } : {}) : null;
    return wrong ? [`${what} ${wrong}`] : [];
  });
}

type Values = Pick<Tensor, 'shape'> & { readonly data: ArrayLike<number> };

function listOf(numbers: readonly number[]): Values & StoredArray {
  return { shape: [numbers.length], data: numbers };
}

function scalarOf(value: number): Values & StoredArray {
  return { shape: [], data: [value] };
}

function tensorOf(stored: StoredArray): Tensor {
  return tensor(Float64Array.from(numbersOf(stored)), { shape: stored.shape });
}

function updatesBy(name: string, loss: Node, parameters: readonly Node[], options: Params): Update[] {
  const optimise = OPTIMISERS[name];
  if (!optimise) throw new Error(`'${name}' is no optimiser`);
  return optimise(loss, parameters, renamed(options) as Parameters<Optimiser>[2]);
}

/** What a trajectory gives, by what the file says of it. Its first weights may be given a little larger. */
async function irisPairs(stored: IrisTrajectory, iris: NonNullable<Oracle['iris']>, open: Open, factor = 1): Promise<Pair[]> {
  const { x, labels } = iris;
  const graph = new Graph({ dtype: 'float64' });
  const inputs = { x: tensorOf(x), labels: Int32Array.from(labels) };
  const target = graph.input('labels', [labels.length], 'int32');
  const first = (array: StoredArray): Tensor =>
    tensor(
      Float64Array.from(numbersOf(array), (weight) => weight * factor),
      { shape: array.shape },
    );
  const parameters = Object.entries(stored.init).map(([name, array]) => graph.parameter(name, first(array)));
  const logits = network(graph.input('x', x.shape), stored.init, graph);
  const loss = crossEntropy(logits, target);
  const accuracy = mean(cast(eq(argmax(logits, { axis: 1 }), target), 'float64'));
  const machine = new TapeMachine(graph, { backend: open() });
  const step = await machine.compile({ loss }, { updates: updatesBy(stored.optimizer, loss, parameters, stored.options) });
  const test = await machine.compile({ loss, accuracy });
  const losses = Array.from({ length: stored.steps }, () => Number(step.runSync(inputs).loss.item()));
  const last = await test.run(inputs);
  const { losses: wanted, loss_at: picked = {}, final = {}, final_loss: finalLoss, final_accuracy: finalAccuracy } = stored;
  return [
    ['losses', listOf(losses), wanted && listOf(wanted)],
    ...Object.entries(picked).map(([k, value]): Pair => [`loss at ${k}`, scalarOf(losses[Number(k)]!), scalarOf(value)]),
    ...Object.entries(final).map(([name, array]): Pair => [`final '${name}'`, machine.get(name) as Values, array]),
    ['final loss', last.loss as Values, finalLoss === undefined ? undefined : scalarOf(finalLoss)],
    ['final accuracy', last.accuracy as Values, finalAccuracy === undefined ? undefined : scalarOf(finalAccuracy)],
  ];
}

/** Every step rounds anew, so that more differs in the end than by what was rounded once, at the start. */
const ROUNDINGS = 8;

/**
 * A trajectory that strays from the file's is allowed some times as much as it strays from itself when the last digits of its first weights
 * differ: where steps are so large that the loss goes up, last digits grow, and only the file's own arithmetic comes as near to it.
 */
async function irisWrongs(stored: IrisTrajectory, iris: NonNullable<Oracle['iris']>, open: Open): Promise<string[]> {
  const pairs = await irisPairs(stored, iris, open);
  if (compared(pairs).length === 0) return [];
  const moved = await irisPairs(stored, iris, open, 1 + Number.EPSILON);
  const stray = pairs.map(([, { data }], i) => {
    let most = 0;
    return Array.from(data, (value, k) => {
      most = Math.max(most, ROUNDINGS * Math.abs(value - moved[i]![1].data[k]!));
      return most;
    });
  });
  return compared(pairs, stray);
}

/** Layers `w`, `b`, or `w1`, `b1`, `w2`, … with tanh between them. */
function network(x: Node, init: ByName, graph: Graph): Node {
  const suffixes = Object.keys(init).flatMap((name) => (name.startsWith('w') ? [name.slice(1)] : []));
  const layers = suffixes.sort((a, b) => Number(a) - Number(b));
  return layers.reduce(
    (below, suffix, i) => add(matmul(i === 0 ? below : tanh(below), graph.named(`w${suffix}`)!), graph.named(`b${suffix}`)!),
    x,
  );
}

async function parameterWrongs(stored: ParameterTrajectory, open: Open): Promise<string[]> {
  const graph = new Graph({ dtype: 'float64' });
  const p = graph.parameter('p', stored.p[0]!);
  const f = add(square(sub(p, 2)), sin(mul(3, p)));
  const machine = new TapeMachine(graph, { backend: open() });
  const updates = updatesBy(stored.optimizer, f, [p], stored.options);
  const step = await machine.compile({ p, f, g: grad(f, p) }, { updates });
  const points = stored.p.map(() => step.runSync({}));
  const column = (name: 'p' | 'f' | 'g') => {
    const wanted = stored[name];
    return [name, listOf(points.slice(0, wanted.length).map((point) => Number(point[name].item()))), listOf(wanted)] as const;
  };
  return compared([column('p'), column('f'), column('g')]);
}

async function scheduleWrongs({ id, base_lr: base, lrs }: StoredSchedule, open: Open): Promise<string[]> {
  const known = SCHEDULES.find(([name]) => name.test(id.toLowerCase()));
  if (!known) throw new Error(`'${id}' is no schedule`);
  const graph = new Graph({ dtype: 'float64' });
  const rate = known[1](base)(graph.scalar('step'));
  const program = await new TapeMachine(graph, { backend: open() }).compile({ rate });
  const rates = lrs.map((_, step) => Number(program.runSync({ step }).rate.item()));
  return compared([['rates', listOf(rates), listOf(lrs)]]);
}

async function clippingWrongs(stored: StoredClipping, open: Open): Promise<string[]> {
  const graph = new Graph({ dtype: 'float64' });
  const gradients = stored.grads.map((array, i) => graph.input(`gradient ${i}`, array.shape));
  const feeds = Object.fromEntries(stored.grads.map((array, i) => [`gradient ${i}`, tensorOf(array)]));
  const clipped = clipByGlobalNorm(gradients, stored.max_norm);
  const outputs = { norm: globalNorm(gradients), ...Object.fromEntries(clipped.map((node, i) => [`clipped ${i}`, node])) };
  const machine = new TapeMachine(graph, { backend: open() });
  const results: Readonly<Record<string, Tensor>> = await (await machine.compile(outputs)).run(feeds);
  return compared([
    ['norm', results.norm as Values, scalarOf(stored.total_norm)],
    ...stored.clipped.map((array, i) => [`clipped ${i}`, results[`clipped ${i}`] as Values, array] as const),
  ]);
}
