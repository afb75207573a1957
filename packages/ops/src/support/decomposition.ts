import {
  countOf,
  type Dim,
  general,
  type Index,
  type Lowering,
  type Node,
  type Op,
  type Procedure,
  type Shape,
  type Value,
} from '@tapegrad/core';
import { floats } from './dtypes.js';

/** A matrix in a buffer of a procedure: rows one after another, from `start` on. */
export class Matrix {
  readonly #procedure: Procedure;
  readonly #buffer: number;
  readonly #dtype: Node['dtype'];
  readonly #start: Value;
  readonly #columns: number;

  constructor(
    procedure: Procedure,
    { buffer, dtype, start, columns }: { buffer: number; dtype: Node['dtype']; start: Value; columns: number },
  ) {
    this.#procedure = procedure;
    this.#buffer = buffer;
    this.#dtype = dtype;
    this.#start = start;
    this.#columns = columns;
  }

  #at(row: Value, column: Value): Value {
    return this.#start.add(row.mul(this.#columns)).add(column);
  }
  get(row: Value, column: Value): Value {
    return this.#procedure.load(this.#buffer, this.#dtype, this.#at(row, column));
  }
  set(row: Value, column: Value, value: Value): void {
    this.#procedure.store(this.#buffer, this.#at(row, column), value);
  }
  /** Adds to an element. */
  change(row: Value, column: Value, by: Value): void {
    this.set(row, column, this.get(row, column).add(by));
  }
  swap(a: readonly [row: Value, column: Value], b: readonly [row: Value, column: Value]): void {
    const [x, y] = [this.get(...a), this.get(...b)];
    this.set(...a, y);
    this.set(...b, x);
  }
  /** The part of this matrix from a row and a column on. */
  from(row: number, column = 0): Matrix {
    return new Matrix(this.#procedure, {
      buffer: this.#buffer,
      dtype: this.#dtype,
      start: this.#start.add(row * this.#columns + column),
      columns: this.#columns,
    });
  }
}

/** Runs `body` for first … end-1, in order unless `parallel`. */
export function range(
  p: Procedure,
  [first, end]: readonly [first: Value | number, end: Value | number],
  body: (i: Value) => void,
  options: { parallel?: boolean } = {},
): void {
  const [from, to] = [first, end].map((bound) => (typeof bound === 'number' ? p.literal(bound) : bound)) as [Value, Value];
  p.for(to.sub(from), (step) => body(from.add(step)), options);
}

/** The sum of `term` over first … end-1. */
export function sumOver(
  p: Procedure,
  bounds: readonly [first: Value | number, end: Value | number],
  start: Value,
  term: (i: Value) => Value,
): Value {
  const total = p.variable(start);
  range(p, bounds, (i) => total.set(total.value.add(term(i))));
  return total.value;
}

/** The greatest magnitude among some elements; NaN where one is. */
export function largest(
  p: Procedure,
  bounds: readonly [first: Value | number, end: Value | number],
  start: Value,
  element: (i: Value) => Value,
): Value {
  const greatest = p.variable(start);
  range(p, bounds, (i) => greatest.set(greatest.value.apply('max', element(i).apply('abs'))));
  return greatest.value;
}

/** The distance from 1 to the next number of a float dtype. */
export function epsilonOf(dtype: Node['dtype']): number {
  return dtype === 'float32' ? 2 ** -23 : 2 ** -52;
}

/**
 * The work of a decomposition of matrices, packed into one matrix for each, of which its parts are cut. It carries no derivative: the parts
 * do, which see the matrices and the work.
 */
/* @__NO_SIDE_EFFECTS__ */
export function decomposition(
  name: string,
  rules: {
    /** The shape of the packed matrix of one of `rows` times `columns`. */
    readonly packed: (rows: Dim, columns: Dim) => readonly [rows: Dim, columns: Dim];
    /** The statements for one matrix: its own elements, and the packed matrix to fill. */
    readonly each: (
      p: Procedure,
      a: Matrix,
      work: Matrix,
      sizes: { rows: number; columns: number; dtype: Node['dtype'] },
    ) => void;
  },
): (a: Node) => Node {
  const packed = (shape: Shape): readonly [Dim, Dim] => rules.packed(shape.at(-2)!, shape.at(-1)!);
  const op: Op<undefined> = general<undefined>(name, {
    kind: 'procedure',
    cost: 100,
    dtype: floats(name),
    shape: ([a]) => [...a!.shape.slice(0, -2), ...packed(a!.shape)],
    jvp: () => null,
    procedure: (p, { inputs: [a], dtype }) => {
      const [rows, columns] = a!.shape.slice(-2) as [number, number];
      const [packedRows, packedColumns] = packed(a!.shape) as readonly [number, number];
      const each = (k: Value): void => {
        const own = new Matrix(p, { buffer: 0, dtype, start: k.mul(rows * columns), columns });
        const work = new Matrix(p, { buffer: 1, dtype, start: k.mul(packedRows * packedColumns), columns: packedColumns });
        rules.each(p, own, work, { rows, columns, dtype });
      };
      p.for(countOf(a!.shape.slice(0, -2)), each, { parallel: true });
    },
  }).op;
  return (a) => a.graph.append(op, [a], undefined) as Node;
}

/** A part of a decomposition: an op of the matrices and the work, that has its derivative by the matrices. */
/* @__NO_SIDE_EFFECTS__ */
export function part(
  name: string,
  rules: {
    /** The axes of one part, given those of one matrix. */
    readonly shape: (rows: Dim, columns: Dim) => readonly Dim[];
    /** Where in the packed matrix the element is that `at`, without the leading axes, names. */
    readonly at: (at: readonly Index[], sizes: { rows: number; columns: number }) => readonly [row: Index, column: Index];
    /** The tangent of the part, given that of the matrices. */
    readonly tangent: (part: Node, da: Node) => Node;
  },
): (a: Node, work: Node) => Node {
  const op: Op<undefined> = general<undefined>(name, {
    kind: 'view',
    cost: 1,
    dtype: floats(name),
    shape: ([a]) => [...a!.shape.slice(0, -2), ...rules.shape(a!.shape.at(-2)!, a!.shape.at(-1)!)],
    jvp: (node, [da]) => (da ? rules.tangent(node as Node, da) : null),
    lower: (k: Lowering<undefined>) => {
      const lead = k.shapeOf(0).length - 2;
      const [rows, columns] = k.shapeOf(0).slice(lead) as [number, number];
      return k.load(1, [...k.at.slice(0, lead), ...rules.at(k.at.slice(lead), { rows, columns })]);
    },
  }).op;
  return (a, work) => a.graph.append(op, [a, work], undefined) as Node;
}
