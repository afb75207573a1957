import { arrayOf, ShapeError, showShape, Tensor, type TypedArray } from '@tapegrad/core';

/** A data set: by name, tensors whose first axis counts the examples. A flat typed array holds one value for each. */
export type Columns = Readonly<Record<string, Tensor | TypedArray>>;

/** Some examples: the columns of the data set, cut to them. */
export type Batch<C extends Columns = Columns> = { readonly [K in keyof C]: Tensor };

/** The columns as tensors, by name. */
export function tensorsOf(columns: Columns): ReadonlyMap<string, Tensor> {
  const asTensor = (column: Tensor | TypedArray): Tensor => (column instanceof Tensor ? column : Tensor.from(column));
  return new Map(Object.entries(columns).map(([name, column]) => [name, asTensor(column)]));
}

/** A tensor of these rows of `source`. */
export function takeRows(source: Tensor, rows: Uint32Array): Tensor {
  const [, ...inner] = source.shape;
  const width = inner.reduce((a, b) => a * b, 1);
  const taken = arrayOf(source.dtype, rows.length * width);
  rows.forEach((row, i) => {
    taken.set(source.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return Tensor.wrap(source.dtype, [rows.length, ...inner], taken);
}

/** How many examples all columns have. Throws `ShapeError` where they differ, or there are none. */
export function countExamples(op: string, columns: ReadonlyMap<string, Tensor>): number {
  let first: { name: string; examples: number } | null = null;
  for (const [name, { shape }] of columns) {
    const [examples] = shape;
    if (examples === undefined) {
      throw new ShapeError(`${op}: '${name}' has shape ${showShape(shape)}; its first axis must count the examples.`, {
        op,
      });
    }
    first ??= { name, examples };
    if (examples !== first.examples) {
      throw new ShapeError(
        `${op}: '${first.name}' has ${first.examples} examples and '${name}' has ${examples}; every column must have a row for each.`,
        { op },
      );
    }
  }
  if (!first) throw new ShapeError(`${op}: there are no columns; give at least one, as in { x, y }.`, { op });
  return first.examples;
}
