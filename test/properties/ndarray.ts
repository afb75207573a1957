/** Arrays and their views by the plainest means, as NumPy does them: what the engine's views are compared with. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Position = readonly number[];

/** An array of which each element is a function of its position. */
export function generate(shape: readonly number[], element: (at: Position) => number): NdArray {
  const data = Array.from({ length: countOf(shape) }, (_, i) => element(positionOf(i, shape)));
  return { shape, data };
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function positionOf(index: number, shape: readonly number[]): Position {
  const position: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    position.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}

export function at({ shape, data }: NdArray, position: Position): number {
  return data[position.reduce((index, p, axis) => index * shape[axis]! + p, 0)]!;
}

export function transpose(x: NdArray, axes: readonly number[]): NdArray {
  return generate(
    axes.map((axis) => x.shape[axis]!),
    (p) =>
      at(
        x,
        x.shape.map((_, axis) => p[axes.indexOf(axis)]!),
      ),
  );
}

/** Python's slice of one axis: the positions that it picks. */
function picked(size: number, [start, stop, step]: readonly [number | null, number | null, number]): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const bound = (value: number | null, otherwise: number): number =>
    value === null ? otherwise : Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const [first, last] = [bound(start, step > 0 ? 0 : size - 1), bound(stop, step > 0 ? size : -1)];
  const ordered = step > 0 ? all : all.toReversed();
  return ordered.filter((i) => (step > 0 ? i >= first && i < last : i <= first && i > last) && (i - first) % step === 0);
}

export type Range = readonly [number | null, number | null, number];

export function slice(x: NdArray, ranges: readonly Range[]): NdArray {
  const kept = x.shape.map((size, axis) => picked(size, ranges[axis] ?? [null, null, 1]));
  return generate(
    kept.map(({ length }) => length),
    (p) =>
      at(
        x,
        p.map((i, axis) => kept[axis]![i]!),
      ),
  );
}

export function flip(x: NdArray, axis: number): NdArray {
  return generate(x.shape, (p) => at(x, p.with(axis, x.shape[axis]! - 1 - p[axis]!)));
}

export function concat(x: NdArray, y: NdArray, axis: number): NdArray {
  const size = x.shape[axis]!;
  return generate(x.shape.with(axis, size + y.shape[axis]!), (p) =>
    p[axis]! < size ? at(x, p) : at(y, p.with(axis, p[axis]! - size)),
  );
}

export function pad(x: NdArray, pads: readonly (readonly [number, number])[], value: number): NdArray {
  const shape = x.shape.map((size, axis) => pads[axis]![0] + size + pads[axis]![1]);
  return generate(shape, (p) => {
    const from = p.map((i, axis) => i - pads[axis]![0]);
    return from.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at(x, from) : value;
  });
}

/** To a shape of more axes in front, or longer ones where there was 1. */
export function broadcast(x: NdArray, shape: readonly number[]): NdArray {
  const from = shape.length - x.shape.length;
  return generate(shape, (p) =>
    at(
      x,
      x.shape.map((size, axis) => (size === 1 ? 0 : p[from + axis]!)),
    ),
  );
}
