import { ShapeError } from '../errors.js';
import { type Dim, type DimLike, dim, divideExactly, multiplyDims, numberOf, quoteDim } from './dim.js';

/** The sizes of a value's axes, outermost first; none for a scalar. */
export type Shape = readonly Dim[];

/**
 * The shape that `dims` stand for, checked: whole sizes of at least 0, names, arithmetic on names.
 *
 * @example
 * console.log(showShape(toShape('input', ['batch', 'seq - 1']))); // [batch, seq - 1]
 */
export function toShape(op: string, dims: readonly DimLike[]): Shape {
  const shape = dims.map(dim);
  const wrong = shape.find((d) => typeof d === 'number' && d < 0);
  if (wrong !== undefined)
    throw new ShapeError(`${op}: ${wrong} in ${showShape(shape)} is no size: sizes are at least 0.`, { op });
  return shape;
}

/**
 * The number of elements.
 *
 * @example
 * console.log(sizeOf([2, 3, 4])); // 24
 */
export function sizeOf(shape: Shape): Dim {
  return shape.reduce(multiplyDims, 1);
}

/**
 * The number of elements of a shape without names.
 *
 * @example
 * console.log(countOf([2, 3, 4]), countOf([])); // 24 1
 */
export function countOf(shape: Shape, op = 'countOf'): number {
  let count = 1;
  for (const d of shape) count *= numberOf(d, op);
  return count;
}

/**
 * True where both shapes have equal dims in the same order, whatever the names stand for.
 *
 * @example
 * console.log(sameShape([2, 3], [2, 3]), sameShape([2, 3], [3, 2])); // true false
 */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/**
 * `[32, 784]`, `[batch, 10]`.
 *
 * @example
 * console.log(showShape(['batch', 10])); // [batch, 10]
 */
export function showShape(shape: readonly DimLike[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * Row-major strides, in elements: the last axis moves by 1.
 *
 * @example
 * console.log(strides([2, 3, 4])); // [ 12, 4, 1 ]
 */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) result[axis] = (result[axis + 1] as number) * (shape[axis + 1] as number);
  return result;
}

/**
 * The shape in which `a` and `b` meet by NumPy's rule: aligned at the last axis, an axis of 1 is repeated.
 * Throws `ShapeError` where two sizes differ and neither is 1; a name never equals a number or another name.
 *
 * @example
 * console.log(showShape(broadcastShapes('add', toShape('add', ['batch', 1]), [10]))); // [batch, 10]
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new ShapeError(`${op}: ${whyApart(a, b, x, y)}`, { op });
  });
}

function whyApart(a: Shape, b: Shape, x: Dim, y: Dim): string {
  if (typeof x === 'number' && typeof y === 'number') {
    return `shapes ${showShape(a)} and ${showShape(b)} do not broadcast: counted from the right, ${x} and ${y} differ and neither is 1.`;
  }
  const differ = `${quoteDim(x)} and ${quoteDim(y)} differ`;
  if (typeof x !== 'number' && typeof y !== 'number') return `${differ}; give both inputs the same name.`;
  return `${differ}: a name never equals a number. Give both inputs ${quoteDim(x)}, or both ${quoteDim(y)}.`;
}

/**
 * `axis` counted from the front; a negative one counts from the back. Throws `ShapeError` where there is no such axis.
 *
 * @example
 * console.log(normaliseAxis('softmax', -1, 3)); // 2
 */
export function normaliseAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis)) throw new ShapeError(`${op}: axis ${axis} is not a whole number.`, { op });
  if (rank === 0) throw new ShapeError(`${op}: there is no axis ${axis}: a scalar has none.`, { op });
  if (axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: there is no axis ${axis} in rank ${rank}: axes go from ${-rank} to ${rank - 1}.`, { op });
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * The axes meant by an option `axis`, ascending; none given means all. Throws `ShapeError` where one is missing or named twice.
 *
 * @example
 * console.log(normaliseAxes('sum', [-1, 0], 3), normaliseAxes('sum', undefined, 2)); // [ 0, 2 ] [ 0, 1 ]
 */
export function normaliseAxes(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const given = typeof axes === 'number' ? [axes] : axes;
  const sorted = given.map((axis) => normaliseAxis(op, axis, rank)).sort((a, b) => a - b);
  const twice = sorted.find((axis, i) => axis === sorted[i + 1]);
  if (twice !== undefined) throw new ShapeError(`${op}: axes ${showShape(given)} name axis ${twice} twice.`, { op });
  return sorted;
}

/**
 * The shape of a reshape from `from` to `to`, in which one -1 stands for what is left, by exact division.
 * Throws `ShapeError` where the elements do not fit, whatever the names stand for.
 *
 * @example
 * console.log(showShape(resolveReshape('reshape', toShape('reshape', ['batch', 28, 28]), ['batch', -1]))); // [batch, 784]
 */
export function resolveReshape(op: string, from: Shape, to: readonly DimLike[]): Shape {
  const wanted = to.map(dim);
  const fail = (message: string): never => {
    throw new ShapeError(`${op}: ${message}`, { op });
  };
  const free = wanted.filter((d) => d === -1).length;
  if (free > 1) fail(`${showShape(wanted)} has ${free} axes of -1: only one can follow from the rest.`);
  const negative = wanted.find((d) => typeof d === 'number' && d < -1);
  if (negative !== undefined)
    fail(`${negative} in ${showShape(wanted)} is no size: sizes are at least 0, and one axis may be -1.`);

  const have = sizeOf(from);
  const known = sizeOf(wanted.filter((d) => d !== -1));
  if (free === 0) {
    if (have !== known) fail(`${showShape(from)} has ${have} elements and ${showShape(wanted)} has ${known}.`);
    return wanted;
  }
  if (known === 0) fail(`-1 in ${showShape(wanted)} is undetermined, as the other axes hold no elements. Write its size.`);
  const rest =
    divideExactly(have, known) ??
    fail(`${showShape(from)} does not fit ${showShape(wanted)}: ${have} is no multiple of ${known}.`);
  return wanted.map((d) => (d === -1 ? rest : d));
}
