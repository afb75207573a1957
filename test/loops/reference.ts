import {
  arrayOf,
  type DType,
  type Expr,
  Index,
  type Loop,
  type Nest,
  type Store,
  scalarFunction,
  type TypedArray,
} from '@tapegrad/core';

type Arrays = ReadonlyMap<number, TypedArray>;
type Point = ReadonlyMap<string, number>;

/**
 * Computes a kernel from its expressions alone, one cell after the other, without statements: what placement is tested against. The
 * innermost axis runs in order, for recurrences.
 */
export function runReference({ shared, stages, rows, fill }: Nest, arrays: readonly TypedArray[]): void {
  for (const { buffer, value } of fill) arrays[buffer]!.fill(value);
  const all = new Map(arrays.map((array, i) => [i, array]));
  rows.forEach(({ dtype, length }, i) => {
    all.set(-1 - i, arrayOf(dtype, length));
  });
  const plain = stages.map(({ loop }) => loop.stores(loop.axes.map(Index.axis)));
  const visit = (depth: number, point: Point): void => {
    const axis = shared[depth];
    if (axis) for (let i = 0; i < axis.extent; i++) visit(depth + 1, new Map(point).set(axis.key, i));
    else
      stages.forEach(({ loop }, i) => {
        runLoop(loop, plain[i]!, all, point);
      });
  };
  visit(0, new Map());
}

function runLoop(loop: Loop, plain: readonly Store[], arrays: Arrays, start: Point): void {
  const carried = new Map<Expr, number>();
  const recurrences = recurrencesIn(plain.map((store) => store.value));
  const visit = (depth: number, point: Point): void => {
    const position = loop.order[depth];
    if (position === undefined) {
      const cell = new Cell(point, arrays, carried);
      // They advance whether a guard asks for them or not.
      for (const recurrence of recurrences) cell.value(recurrence);
      const values = plain.map((store) => cell.value(store.value));
      plain.forEach(({ buffer, address, accumulate }, i) => {
        const at = cell.index(address);
        const array = arrays.get(buffer)!;
        array[at] = accumulate ? array[at]! + values[i]! : values[i]!;
      });
      return;
    }
    const { key, extent } = loop.axes[position]!;
    if (depth === loop.order.length - 1) carried.clear();
    for (let i = 0; i < extent; i++) visit(depth + 1, new Map(point).set(key, i));
  };
  visit(0, start);
}

function recurrencesIn(values: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    const { is } = expr;
    if (is.kind === 'scalar') is.args.forEach(visit);
    else if (is.kind === 'reduce' || is.kind === 'guard') visit(is.body);
    else if (is.kind === 'recurrence') [is.factor, is.addend].forEach(visit);
  };
  values.forEach(visit);
  return [...seen].filter((expr) => expr.is.kind === 'recurrence');
}

class Cell {
  readonly #point: Point;
  readonly #arrays: Arrays;
  readonly #carried: Map<Expr, number>;
  readonly #known = new Map<Expr, number>();

  constructor(point: Point, arrays: Arrays, carried: Map<Expr, number>) {
    this.#point = point;
    this.#arrays = arrays;
    this.#carried = carried;
  }

  index(index: Index): number {
    return index.evaluate(this.#point, (value) => this.value(value as Expr));
  }

  value(expr: Expr): number {
    const known = this.#known.get(expr);
    if (known !== undefined) return known;
    const value = this.#compute(expr);
    this.#known.set(expr, value);
    return value;
  }

  #compute(expr: Expr): number {
    const { is, dtype } = expr;
    const apply = (op: Parameters<typeof scalarFunction>[0], type: DType, ...args: number[]): number =>
      scalarFunction(
        op,
        type,
        args.map(() => type),
      )(...args);
    switch (is.kind) {
      case 'constant':
        return is.value;
      case 'index':
        return this.index(is.index);
      case 'load': {
        const value = this.#arrays.get(is.buffer)![this.index(is.address)];
        if (value === undefined) throw new RangeError(`load of ${is.address}`);
        return value;
      }
      case 'scalar':
        return scalarFunction(
          is.op,
          dtype,
          is.args.map((arg) => arg.dtype),
        )(...is.args.map((arg) => this.value(arg)));
      case 'guard': {
        const holds = is.conditions.every(([index, low, high]) => {
          const at = this.index(index);
          return at >= low && at < high;
        });
        return holds ? this.value(is.body) : is.otherwise;
      }
      case 'reduce': {
        const op = is.combine === 'sum' ? 'add' : is.combine === 'product' ? 'mul' : is.combine;
        let total = identity(is.combine, dtype);
        const visit = (depth: number, point: Point): void => {
          const axis = is.axes[depth];
          if (!axis) total = apply(op, dtype, total, new Cell(point, this.#arrays, this.#carried).value(is.body));
          else for (let i = 0; i < axis.extent; i++) visit(depth + 1, new Map(point).set(axis.key, i));
        };
        visit(0, this.#point);
        return total;
      }
      case 'recurrence': {
        const grown = apply('mul', dtype, this.value(is.factor), this.#carried.get(expr) ?? 0);
        const value = apply('add', dtype, grown, this.value(is.addend));
        this.#carried.set(expr, value);
        return value;
      }
    }
  }
}

function identity(combine: string, dtype: DType): number {
  const float = dtype === 'float32' || dtype === 'float64';
  if (combine === 'sum') return 0;
  if (combine === 'product') return 1;
  const low = float ? -Infinity : dtype === 'int32' ? -(2 ** 31) : 0;
  const high = float ? Infinity : dtype === 'int32' ? 2 ** 31 - 1 : dtype === 'uint32' ? 2 ** 32 - 1 : 1;
  return combine === 'max' ? low : high;
}
