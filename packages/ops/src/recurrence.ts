import {
  add,
  asPublic,
  cast,
  general,
  graphOf,
  isConstant,
  linear,
  meet,
  mul,
  type Node,
  nodeOf,
  normaliseAxis,
  type Op,
  type Operand,
  onesLike,
  optionsOf,
  where,
  withOp,
  zerosLike,
} from '@tapegrad/core';
import { flip } from './slice.js';

/** The axis that a recurrence runs along, and which way. */
export interface AlongAxis {
  /** The axis to run along; negative ones count from the back. The last unless said. */
  readonly axis?: number;
  /** Runs from the last element to the first. */
  readonly reverse?: boolean;
}

const shiftOp: Op<{ axis: number; by: number }> = linear<{ axis: number; by: number }>('shift', {
  kind: 'guarded',
  shape: ([x]) => x!.shape,
  adjoint: (node, g) => shift(g, node.attrs.axis, -node.attrs.by),
  lower: (k) => {
    const { axis, by } = k.attrs;
    const from = k.at[axis]!.minus(by);
    return k.guard([[from, 0, k.shape[axis]!]], () => k.load(0, k.at.with(axis, from)), 0);
  },
}).op;

/** Element t of the result is element t - by; what comes in from outside is 0. */
function shift(x: Node, axis: number, by: number): Node {
  return x.graph.append(shiftOp, [x], { axis, by }) as Node;
}

/** The element before along `axis`, and 1 in front: of a running product, that without its last factor. */
function before(x: Node, axis: number): Node {
  return where(later(x, axis), shift(x, axis, 1), onesLike(x));
}

/** Is this not the first element along `axis`? */
function later(x: Node, axis: number): Node {
  return shift(x.graph.splat(1, x.shape, 'bool'), axis, 1);
}

function flipped(x: Node, axis: number): Node {
  return isConstant(x) ? x : flip(x, { axis });
}

const recurrenceOp: Op<{ axis: number }> = general<{ axis: number }>('recurrence', {
  kind: 'recurrence',
  cost: 2,
  shape: ([a]) => a!.shape,
  jvp: (node, [da, db]) => {
    const { axis } = node.attrs;
    const [a] = node.inputs as [Node, Node];
    const pushed = da && mul(da, shift(node as Node, axis, 1));
    const drive = pushed && db ? add(pushed, db) : (pushed ?? db);
    return drive ? run(a, drive, axis) : null;
  },
  vjp: (node, g, i) => {
    const { axis } = node.attrs;
    const [a] = node.inputs as [Node, Node];
    // The factor of the last element multiplies nothing, so that a constant need not be shifted.
    const next = isConstant(a) ? a : shift(a, axis, -1);
    const back = runBack(next, g, axis);
    return i === 1 ? back : mul(back, shift(node as Node, axis, 1));
  },
  lower: (k) => k.recurrence(k.attrs.axis, k.load(0, k.at), k.load(1, k.at)),
  unordered: ({ inputs: [a, b], attrs }) => byDoubling(a!, b!, attrs.axis),
}).op;

/**
 * The recurrence over 2, 4, 8, … elements at a time: W. D. Hillis, G. L. Steele, "Data parallel algorithms", 1986. The products of factors
 * may overflow where those with the addends would not.
 */
function byDoubling(factor: Node, addend: Node, axis: number): Node {
  const length = addend.shape[axis] as number;
  let [a, h] = [factor, addend];
  for (let by = 1; by < length; by *= 2) {
    h = add(mul(a, shift(h, axis, by)), h);
    if (2 * by < length && !isConstant(a, 1)) a = mul(a, shift(a, axis, by));
  }
  return h;
}

function run(a: Node, b: Node, axis: number): Node {
  return a.graph.append(recurrenceOp, [a, b], { axis }) as Node;
}

function runBack(a: Node, b: Node, axis: number): Node {
  return flip(run(flipped(a, axis), flipped(b, axis), axis), { axis });
}

/**
 * The linear recurrence `h_t = a_t·h_{t−1} + b_t` along an axis, from `h_{−1} = 0`. Both operands broadcast and promote; same shape out. Its
 * derivatives are recurrences, run the other way for the adjoint, so it is closed to any order. For authors of ops: a running sum has the
 * factor 1, a running product the first element as its only addend.
 *
 * @formula hₜ = aₜ·hₜ₋₁ + bₜ, h₋₁ = 0
 * @derivative b̄ₜ = h̄ₜ + aₜ₊₁·b̄ₜ₊₁, āₜ = b̄ₜ·hₜ₋₁
 * @example
 * const smoothed = recurrence(decay, mul(sub(1, decay), x), { axis: 0 });
 */
export const recurrence = withOp(recurrenceOp, (a: Operand, b: Operand, options?: AlongAxis): Node => {
  const { axis, reverse } = optionsOf('recurrence', options, { axis: -1, reverse: false });
  const [factor, addend] = meet('recurrence', [a, b]) as [Node, Node];
  const along = normaliseAxis('recurrence', axis, factor.shape.length);
  return reverse ? runBack(factor, addend, along) : run(factor, addend, along);
});

/** The operand as a node of numbers, and its axis counted from the front. */
function number(op: string, x: Operand, axis: number): { node: Node; along: number } {
  const node = nodeOf(x, graphOf(op, [x]));
  return { node: node.dtype === 'bool' ? cast(node, 'int32') : node, along: normaliseAxis(op, axis, node.shape.length) };
}

/**
 * The running sum along an axis. Same shape out; a float keeps its dtype, bool gives int32.
 *
 * @formula yₜ = Σₛ≤ₜ xₛ
 * @derivative x̄ₛ = Σₜ≥ₛ ȳₜ
 * @example
 * const distribution = cumsum(density);
 */
export const cumsum = asPublic('cumsum', (x: Operand, options?: AlongAxis): Node => {
  const { axis, reverse } = optionsOf('cumsum', options, { axis: -1, reverse: false });
  const { node, along } = number('cumsum', x, axis);
  return recurrence(onesLike(node), node, { axis: along, reverse });
});

/**
 * The running product along an axis. Same shape out; a float keeps its dtype, bool gives int32. Its derivatives are exact where factors
 * are 0.
 *
 * @formula yₜ = Πₛ≤ₜ xₛ
 * @derivative ∂yₜ/∂xₛ = the product of the others up to t, for s ≤ t
 * @example
 * const survival = cumprod(sub(1, hazard));
 */
export const cumprod = asPublic('cumprod', (x: Operand, options?: AlongAxis): Node => {
  const { axis, reverse } = optionsOf('cumprod', options, { axis: -1, reverse: false });
  const { node, along } = number('cumprod', x, axis);
  return reverse ? flip(runningProduct(flip(node, { axis: along }), along), { axis: along }) : runningProduct(node, along);
});

/** A recurrence that the first element drives and the others multiply: nothing is divided, and 0 times Infinity is not met. */
function runningProduct(x: Node, axis: number): Node {
  const rest = later(x, axis);
  return run(where(rest, x, zerosLike(x)), where(rest, zerosLike(x), x), axis);
}

/** For each element the product of the others along `axis`: what the derivative of a product is made of, with no division. */
export function productOfOthers(x: Node, axis: number): Node {
  const behind = before(runningProduct(x, axis), axis);
  const ahead = flip(before(runningProduct(flip(x, { axis }), axis), axis), { axis });
  return mul(behind, ahead);
}
