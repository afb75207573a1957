import { add, cast, mul, type Node, optionsOf, reshapeTo, type Update, where } from '@tapegrad/core';
import { abs, and, div, eq, gt, minimum, neg, reciprocal, slice, stack, sub, sum } from '@tapegrad/ops';
import { gradientsOf, type LearningRate, type LossOrGradients, paired } from './common.js';
import { OptimiserStates } from './states.js';

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** The part of the quasi-Newton step that is made (1). */
  readonly learningRate?: LearningRate;
  /** How many steps the curvature is estimated from (10). Each costs two vectors of every parameter. */
  readonly historySize?: number;
}

/** Below this, a step and its change of gradient say nothing of the curvature. */
const LEAST_CURVATURE = 1e-10;

/**
 * L-BFGS: steps by an estimate of the inverse Hessian from the last few steps and the changes of gradient along them. Nocedal, "Updating
 * Quasi-Newton Matrices with Limited Storage", 1980; Nocedal & Wright, "Numerical Optimization", 2nd edition, 2006, algorithm 7.4. All parameters
 * are one vector.
 *
 * One run of the updates is one step of a given length, with one gradient and without a line search: the trajectory of PyTorch's `LBFGS` with
 * `max_iter=1` and no `line_search_fn` (the first step is at most 1 long, measured by its sum of magnitudes). It wants the whole data set in
 * every step, not batches. Where steps are too long, lower the rate: as a node, it can be a state that the program around it sets.
 *
 * @example
 * const updates = lbfgs(loss, [w, b], { historySize: 5 });
 */
export function lbfgs(descended: LossOrGradients, parameters: readonly Node[], options?: LbfgsOptions): Update[] {
  const { learningRate, historySize } = optionsOf('lbfgs', options, { learningRate: 1, historySize: 10 });
  const gradients = gradientsOf('lbfgs', descended, parameters);
  const [first] = parameters;
  if (!first) return [];
  const states = new OptimiserStates('lbfgs', first.graph);
  const memories = [...paired(parameters, gradients)].map(([parameter, gradient]) =>
    remember(states, parameter, gradient, historySize),
  );
  const { dtype } = first;

  const [along, across] = [
    dotOf(memories, ({ move, change }) => [move, change]),
    dotOf(memories, ({ change }) => [change, change]),
  ];
  const isFirst = eq(states.step, 0);
  const isNew = and(gt(states.step, 0), gt(along, LEAST_CURVATURE));
  const scale = states.shared('scale', { shape: [], value: 1, dtype });
  const curvatures = states.shared('curvatures', { shape: [historySize], value: 0, dtype });
  // The guarded argument keeps what is not chosen finite.
  const ratio = where(isNew, div(along, where(isNew, across, 1)), scale);
  states.update(scale, ratio);
  const pushed = push(states, curvatures, reciprocal(where(isNew, along, 1)), isNew, historySize);
  const history = memories.map(({ moves, changes, move, change }) => ({
    moves: push(states, moves, move, isNew, historySize),
    changes: push(states, changes, change, isNew, historySize),
  }));

  const directions = twoLoops(gradients.map(neg), { history, curvatures: pushed, scale: ratio });
  const size = gradients.map((g) => cast(sum(abs(g)), dtype)).reduce((a, b) => add(a, b));
  const length = mul(states.rate(learningRate, dtype), where(isFirst, minimum(1, reciprocal(size)), 1));
  for (const [i, parameter] of parameters.entries()) {
    const move = states.update(memories[i]!.move, mul(cast(length, parameter.dtype), directions[i]!));
    states.update(memories[i]!.gradient, gradients[i]!);
    states.update(parameter, add(parameter, move));
  }
  return states.updates;
}

/** What is known of one parameter before a step. */
interface Memory {
  /** The last step, and the gradient before it; the gradient's change along it. */
  readonly move: Node;
  readonly gradient: Node;
  readonly change: Node;
  /** The steps and changes before, the oldest first. */
  readonly moves: Node;
  readonly changes: Node;
}

function remember(states: OptimiserStates, parameter: Node, gradient: Node, historySize: number): Memory {
  const { move, gradient: before } = states.zeros(parameter, ['move', 'gradient']);
  const rows = { shape: [historySize, ...parameter.shape.map(Number)], value: 0 };
  const [moves, changes] = [states.own(parameter, 'moves', rows), states.own(parameter, 'changes', rows)];
  return { move, gradient: before, change: sub(gradient, before), moves, changes };
}

function dotOf(memories: readonly Memory[], pair: (memory: Memory) => readonly [Node, Node]): Node {
  return dotAll(memories.map(pair));
}

/** The inner product of two vectors in parts, in the dtype of the first part. */
function dotAll(pairs: readonly (readonly [Node, Node])[]): Node {
  const { dtype } = pairs[0]![0];
  return pairs.map(([a, b]) => cast(sum(mul(a, b)), dtype)).reduce((a, b) => add(a, b));
}

/** The rows of a history with a new one at the end and the oldest one gone, if there is a new one; updates the state. */
function push(states: OptimiserStates, history: Node, fresh: Node, isNew: Node, historySize: number): Node[] {
  const old = Array.from({ length: historySize }, (_, i) => reshapeTo(slice(history, [[i, i + 1]]), history.shape.slice(1)));
  const rows = old.map((row, i) => where(isNew, old[i + 1] ?? fresh, row));
  states.update(history, stack(rows));
  return rows;
}

interface Curvature {
  readonly history: readonly { readonly moves: readonly Node[]; readonly changes: readonly Node[] }[];
  /** One over the inner product of each step with its change; 0 where there was none, so that it does nothing. */
  readonly curvatures: readonly Node[];
  readonly scale: Node;
}

/** The estimated inverse Hessian, applied to a vector. */
function twoLoops(vector: readonly Node[], { history, curvatures, scale }: Curvature): Node[] {
  const scaled = (factor: Node, x: Node): Node => mul(cast(factor, x.dtype), x);
  const alphas: Node[] = [];
  let parts = [...vector];
  for (let k = curvatures.length - 1; k >= 0; k--) {
    const alpha = mul(curvatures[k]!, dotAll(history.map(({ moves }, i) => [moves[k]!, parts[i]!])));
    parts = parts.map((x, i) => sub(x, scaled(alpha, history[i]!.changes[k]!)));
    alphas[k] = alpha;
  }
  parts = parts.map((x) => scaled(scale, x));
  for (const [k, curvature] of curvatures.entries()) {
    const beta = mul(curvature, dotAll(history.map(({ changes }, i) => [changes[k]!, parts[i]!])));
    parts = parts.map((x, i) => add(x, scaled(sub(alphas[k]!, beta), history[i]!.moves[k]!)));
  }
  return parts;
}
