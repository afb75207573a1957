import { ShapeError } from '../errors.js';
import { parseDim } from './parse-dim.js';
import { type Dim, DimExpression, floorOf } from './polynomial.js';

export { addDims, type Dim, DimExpression, divideExactly, floorDivide, multiplyDims, subtractDims } from './polynomial.js';

/** How users write a dim: a whole number, a name, arithmetic on names as text, or a dim. */
export type DimLike = number | string | DimExpression;

/** Sizes by name. */
export type Bindings = Readonly<Record<string, number>>;

/**
 * The dim that `value` stands for. Throws `ShapeError` for a number that is not whole and for text that is no dim.
 *
 * @example
 * dim('seq - 1') === subtractDims(dim('seq'), 1); // true
 */
export function dim(value: DimLike): Dim {
  if (typeof value === 'string') return parseDim(value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    const wanted = Number.isInteger(value) ? 'a size is at most 2^53 - 1' : 'a size is a whole number';
    throw new ShapeError(`${value} is no dim: ${wanted}.`);
  }
  return value;
}

/**
 * True where `a` and `b` are equal whatever their names stand for. A name equals no number and no other name.
 *
 * @example
 * console.log(sameDim(dim('seq + 1'), dim('1 + seq')), sameDim(dim('seq'), 20)); // true false
 */
export function sameDim(a: Dim, b: Dim): boolean {
  return a === b;
}

/**
 * The value of `d` with sizes put for its names; it may be negative. Throws `ShapeError` for a name that has no size.
 *
 * @example
 * console.log(bindDim(dim('2*seq + 1'), { seq: 20 })); // 41
 */
export function bindDim(d: Dim, bindings: Bindings): number {
  if (typeof d === 'number') return d;
  return d.terms.reduce(
    (sum, { coefficient, factors }) => sum + factors.reduce((p, f) => p * bindFactor(f, bindings), coefficient),
    0,
  );
}

function bindFactor(factor: string, bindings: Bindings): number {
  const floor = floorOf(factor);
  if (floor) return Math.floor(bindDim(floor.of, bindings) / floor.by);
  const size = Object.hasOwn(bindings, factor) ? bindings[factor] : undefined;
  if (size === undefined)
    throw new ShapeError(`'${factor}' has no size: feed an input that has it, or give dims: { ${factor}: … }.`);
  return size;
}

/**
 * The names in `d`, those inside floors too.
 *
 * @example
 * console.log([...namesOf(dim('batch*seq'))].join(', ')); // batch, seq
 */
export function namesOf(d: Dim): ReadonlySet<string> {
  const names = new Set<string>();
  if (typeof d === 'number') return names;
  for (const factor of d.terms.flatMap((term) => term.factors)) {
    const floor = floorOf(factor);
    for (const name of floor ? namesOf(floor.of) : [factor]) names.add(name);
  }
  return names;
}

/**
 * `d` as a number, for ops whose rules need one. Throws `ShapeError` where it has names.
 *
 * @example
 * const channels = numberOf(x.shape[1]!, 'groupNorm');
 */
export function numberOf(d: Dim, op: string): number {
  if (typeof d === 'number') return d;
  throw new ShapeError(`${op}: needs a number where '${d}' is given. Give this axis a fixed size.`, { op });
}

/**
 * A dim as errors show it: a number bare, an expression in quotes.
 *
 * @example
 * console.log(quoteDim(784), quoteDim(dim('batch'))); // 784 'batch'
 */
export function quoteDim(d: Dim): string {
  return d instanceof DimExpression ? `'${d}'` : `${d}`;
}
