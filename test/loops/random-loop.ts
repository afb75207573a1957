import {
  type Axis,
  arrayOf,
  Builder,
  type DType,
  type Expr,
  hasScalar,
  Index,
  type KernelBuffer,
  type LetOp,
  type Loop,
  type Nest,
  type Row,
  TRANSCENDENTAL,
  type TypedArray,
} from '@tapegrad/core';

/** A source of choices that a seed determines (mulberry32). */
export function choices(seed: number): (limit: number) => number {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** An index as a sum over the axes in scope: those that stages share, the stage's own, and those of the reductions around it. */
interface IndexPlan {
  readonly coefficients: readonly number[];
  readonly offset: number;
}

/** An expression before its axes are indices: a loop is asked for its stores at many. */
type Plan =
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  | { readonly kind: 'index'; readonly index: IndexPlan }
  | { readonly kind: 'load'; readonly buffer: number; readonly index: IndexPlan }
  | {
      readonly kind: 'guarded';
      readonly index: IndexPlan;
      readonly low: number;
      readonly high: number;
      readonly body: Plan;
      readonly otherwise: number;
    }
  | { readonly kind: 'window'; readonly buffer: number; readonly index: IndexPlan; readonly otherwise: number }
  | { readonly kind: 'gather'; readonly buffer: number; readonly position: Plan }
  | { readonly kind: 'earlier'; readonly result: number; readonly index: IndexPlan }
  | { readonly kind: 'scalar'; readonly op: LetOp; readonly args: readonly Plan[]; readonly dtype: DType }
  | {
      readonly kind: 'reduce';
      readonly combine: 'sum' | 'product' | 'max' | 'min';
      readonly extents: readonly number[];
      readonly body: Plan;
    }
  | { readonly kind: 'recurrence'; readonly factor: Plan; readonly addend: Plan };

export interface RandomLoop {
  readonly nest: Nest;
  readonly buffers: readonly KernelBuffer[];
  /** Fresh arrays with the same values every time. */
  arrays(): TypedArray[];
}

/** Where an expression stands: the axes of its stage, which of them recurrences run along, and how many are reduced around it. */
interface Within {
  readonly axes: readonly Axis[];
  readonly recurrent: number;
  /** How many results earlier stages have stored. */
  readonly earlier: number;
  readonly reduced: number;
}

/** What a stage stores at each index of the shared axes: `length` elements, in memory or in a row of the kernel. */
interface Result {
  readonly dtype: DType;
  readonly length: number;
  readonly buffer: number;
}

interface Options {
  readonly dtypes: readonly DType[];
  readonly ops: readonly LetOp[];
  /** Numbers to fill buffers with. */
  readonly values: readonly number[];
}

const ARITY: { readonly [op in LetOp]?: number } = {
  ...Object.fromEntries(
    ['neg', 'abs', 'sign', 'sqrt', ...TRANSCENDENTAL, 'floor', 'ceil', 'round', 'trunc', 'bitNot', 'not', 'cast'].map((op) => [
      op,
      1,
    ]),
  ),
  ...Object.fromEntries(
    [
      'add',
      'sub',
      'mul',
      'div',
      'rem',
      'pow',
      'max',
      'min',
      'atan2',
      'hypot',
      'bitAnd',
      'bitOr',
      'bitXor',
      'shiftLeft',
      'shiftRight',
      'multiplyHigh',
      'eq',
      'ne',
      'lt',
      'le',
      'gt',
      'ge',
      'and',
      'or',
    ].map((op) => [op, 2]),
  ),
  select: 3,
};
export const ALL_OPS = Object.keys(ARITY) as readonly LetOp[];
/** Ops on integers and floats that are exact for small whole numbers, in whatever order sums are added up. */
export const EXACT_OPS: readonly LetOp[] = [
  'add',
  'sub',
  'max',
  'min',
  'neg',
  'abs',
  'select',
  'lt',
  'eq',
  'and',
  'or',
  'not',
  'cast',
];
const COMPARISONS: readonly LetOp[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];

const DEPTH = 4;

/** Makes a kernel with shared axes, stages, tiles, guards, gathers, reductions and recurrences over buffers of all the dtypes. */
export function randomLoop(seed: number, options: Options): RandomLoop {
  return new Maker(seed, options).make();
}

class Maker {
  readonly #options: Options;
  readonly #choose: (limit: number) => number;
  readonly #inputs: readonly { readonly dtype: DType; readonly length: number }[];
  readonly #positions: { readonly dtype: 'int32'; readonly length: number };
  readonly #shared: readonly Axis[];
  readonly #results: Result[] = [];
  readonly #rows: Row[] = [];
  readonly #written: KernelBuffer[] = [];

  constructor(seed: number, options: Options) {
    this.#options = options;
    this.#choose = choices(seed);
    this.#shared = this.#axes([0, 0, 0, 1, 1, 2][this.#choose(6)]!, 's', [2, 3]);
    this.#inputs = Array.from({ length: this.#whole(1, 3) }, () => ({
      dtype: this.#one(options.dtypes),
      length: this.#whole(1, 12),
    }));
    this.#positions = { dtype: 'int32', length: this.#whole(1, 5) };
  }

  make(): RandomLoop {
    const read = [...this.#inputs, this.#positions];
    const writer = new PlanWriter(this.#shared, read, this.#results);
    const stages = Array.from({ length: this.#shared.length > 0 ? this.#whole(1, 3) : this.#whole(1, 2) }, () => ({
      values: [],
      loop: this.#loop(writer),
    }));
    const { values } = this.#options;
    const data = [
      ...this.#inputs.map(({ dtype, length }) => Array.from({ length }, () => valueFor(dtype, this.#one(values)))),
      Array.from({ length: this.#positions.length }, () => this.#whole(0, 20)),
    ];
    const buffers: KernelBuffer[] = [
      ...read.map(({ dtype, length }) => ({ dtype, length, access: 'read' as const })),
      ...this.#written,
    ];
    const arrays = (): TypedArray[] =>
      buffers.map(({ dtype, length }, i) => {
        const array = arrayOf(dtype, length);
        array.set(data[i] ?? []);
        return array;
      });
    return { nest: { shared: this.#shared, stages, rows: this.#rows, fill: [] }, buffers, arrays };
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#choose(items.length)]!;
  }

  #whole(min: number, max: number): number {
    return min + this.#choose(max - min + 1);
  }

  #axes(count: number, name: string, extents: readonly number[]): Axis[] {
    return Array.from({ length: count }, (_, i) => {
      const extent = this.#one(extents);
      return { key: `${name}${i}x${extent}`, extent };
    });
  }

  #loop(writer: PlanWriter): Loop {
    const axes = this.#axes(this.#whole(0, 3), 'p', [1, 1, 2, 3, 4, 5, 6, 7, 9, 12]);
    const recurrent = axes.length > 0 && this.#whole(0, 2) === 0 ? this.#whole(0, axes.length - 1) : -1;
    const recurrentAxis = axes[recurrent] ?? null;
    const dtypes = Array.from({ length: this.#whole(1, 3) }, () => this.#one(this.#options.dtypes));
    const { length: earlier } = this.#results;
    const plans = dtypes.map((dtype) => this.#tree(dtype, DEPTH, { axes, recurrent, earlier, reduced: 0 }));
    const length = axes.reduce((size, { extent }) => size * extent, 1);
    const results = dtypes.map((dtype) => this.#result(dtype, length));
    const order = axes.map((_, i) => i).filter((i) => i !== recurrent);
    const tile = new Map(
      axes.flatMap(({ key }, i) => (i !== recurrent && this.#whole(0, 1) ? [[key, this.#whole(1, 5)] as const] : [])),
    );
    return {
      axes,
      order: recurrentAxis ? [...order, recurrent] : order,
      ordered: new Set(recurrentAxis ? [recurrentAxis.key] : []),
      tile,
      stores: (at) =>
        plans.map((plan, i) => ({
          buffer: results[i]!.buffer,
          address: writer.addressIn(
            results[i]!,
            at.reduce((sum, index, d) => sum.times(axes[d]!.extent).plus(index), Index.of(0)),
          ),
          value: writer.write(plan, { own: at, reduced: [], recurrent: recurrentAxis }),
          accumulate: false,
        })),
    };
  }

  #result(dtype: DType, length: number): Result {
    const inRow = this.#whole(0, 2) === 0;
    const size = this.#shared.reduce((total, { extent }) => total * extent, length);
    const number = inRow
      ? -this.#rows.push({ dtype, length })
      : this.#inputs.length + this.#written.push({ dtype, length: size, access: 'write' });
    const result = { dtype, length, buffer: number };
    this.#results.push(result);
    return result;
  }

  #index({ axes, reduced }: Within): IndexPlan {
    return {
      coefficients: Array.from({ length: this.#shared.length + axes.length + reduced }, () => this.#whole(-3, 3)),
      offset: this.#whole(-4, 8),
    };
  }

  #leaf(dtype: DType, within: Within): Plan {
    const earlier = this.#results.slice(0, within.earlier).findLastIndex((result) => result.dtype === dtype);
    if (earlier >= 0 && this.#whole(0, 1) === 0) return { kind: 'earlier', result: earlier, index: this.#index(within) };
    const buffer = this.#inputs.findIndex((input) => input.dtype === dtype);
    const kind = this.#whole(0, 4);
    if (kind === 0 && dtype === 'int32') return { kind: 'index', index: this.#index(within) };
    if (kind === 0 || buffer < 0) return { kind: 'constant', value: valueFor(dtype, this.#one(this.#options.values)), dtype };
    if (kind === 1) return { kind: 'window', buffer, index: this.#index(within), otherwise: this.#whole(0, 1) };
    if (kind === 2)
      return { kind: 'gather', buffer, position: { kind: 'load', buffer: this.#inputs.length, index: this.#index(within) } };
    return { kind: 'load', buffer, index: this.#index(within) };
  }

  #scalar(dtype: DType, depth: number, within: Within): Plan {
    const { ops, dtypes } = this.#options;
    const possible = ops.filter((op) =>
      op === 'cast' ? dtypes.length > 1 : hasScalar(op, dtype) && (dtype === 'bool' || !isTest(op)),
    );
    const op = this.#one(possible);
    const argType =
      op === 'cast' ? this.#one(dtypes.filter((other) => other !== dtype)) : COMPARISONS.includes(op) ? this.#one(dtypes) : dtype;
    const args = Array.from({ length: ARITY[op]! }, (_, i) =>
      this.#tree(op === 'select' && i === 0 ? 'bool' : argType, depth - 1, within),
    );
    return { kind: 'scalar', op, args, dtype };
  }

  #tree(dtype: DType, depth: number, within: Within): Plan {
    if (depth === 0) return this.#leaf(dtype, within);
    switch (this.#whole(0, 7)) {
      case 0:
        return this.#leaf(dtype, within);
      case 1: {
        const low = this.#whole(-2, 3);
        return {
          kind: 'guarded',
          index: this.#index(within),
          low,
          high: low + this.#whole(0, 5),
          body: this.#tree(dtype, depth - 1, within),
          otherwise: this.#whole(0, 1),
        };
      }
      case 2: {
        if (within.reduced > 1) return this.#leaf(dtype, within);
        const extents = Array.from({ length: this.#whole(1, 2) }, () => this.#one([0, 1, 2, 3, 9]));
        const combine = this.#one(['sum', 'max', 'min'] as const);
        const body = this.#tree(dtype, depth - 1, { ...within, reduced: within.reduced + extents.length });
        return { kind: 'reduce', combine, extents, body };
      }
      case 3:
        if (within.recurrent < 0 || within.reduced > 0 || dtype === 'bool') return this.#scalar(dtype, depth, within);
        return {
          kind: 'recurrence',
          factor: this.#tree(dtype, 0, within),
          addend: this.#tree(dtype, depth - 1, within),
        };
      default:
        return this.#scalar(dtype, depth, within);
    }
  }
}

function isTest(op: LetOp): boolean {
  return COMPARISONS.includes(op) || op === 'and' || op === 'or' || op === 'not';
}

function valueFor(dtype: DType, value: number): number {
  if (dtype === 'float64') return value;
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'bool') return value > 0 ? 1 : 0;
  return dtype === 'int32' ? value | 0 : value >>> 0;
}

/** Where a value is being written. */
interface At {
  readonly own: readonly Index[];
  readonly reduced: readonly Index[];
  readonly recurrent: Axis | null;
}

class PlanWriter {
  readonly #builder = new Builder();
  readonly #shared: readonly Axis[];
  readonly #buffers: readonly { readonly dtype: DType; readonly length: number }[];
  readonly #results: readonly Result[];

  constructor(
    shared: readonly Axis[],
    buffers: readonly { readonly dtype: DType; readonly length: number }[],
    results: readonly Result[],
  ) {
    this.#shared = shared;
    this.#buffers = buffers;
    this.#results = results;
  }

  /** Where a result holds an element at the present index of the shared axes. */
  addressIn({ buffer, length }: Result, element: Index): Index {
    if (buffer < 0) return element;
    const first = this.#shared.reduce((sum, axis) => sum.times(axis.extent).plus(Index.axis(axis)), Index.of(0));
    return first.times(length).plus(element);
  }

  #index({ coefficients, offset }: IndexPlan, { own, reduced }: At): Index {
    const at = [...this.#shared.map(Index.axis), ...own, ...reduced];
    return at.reduce((sum, index, i) => sum.plus(index.times(coefficients[i]!)), Index.of(offset));
  }

  write(plan: Plan, at: At): Expr {
    const builder = this.#builder;
    switch (plan.kind) {
      case 'constant':
        return builder.constant(plan.value, plan.dtype);
      case 'index':
        return builder.index(this.#index(plan.index, at));
      case 'load': {
        const { dtype, length } = this.#buffers[plan.buffer]!;
        return builder.load(plan.buffer, dtype, this.#index(plan.index, at).mod(length));
      }
      case 'window': {
        const { dtype, length } = this.#buffers[plan.buffer]!;
        const index = this.#index(plan.index, at);
        return builder.guard([[index, 0, length]], builder.load(plan.buffer, dtype, index), plan.otherwise);
      }
      case 'gather': {
        const { dtype, length } = this.#buffers[plan.buffer]!;
        const position = this.write(plan.position, at).rem(builder.constant(length, 'int32'));
        return builder.load(plan.buffer, dtype, Index.value(position, length));
      }
      case 'earlier': {
        const result = this.#results[plan.result]!;
        const address = this.addressIn(result, this.#index(plan.index, at).mod(result.length));
        const shared = new Set(this.#shared.map(({ key }) => key));
        return builder.load(result.buffer, result.dtype, address, shared);
      }
      case 'guarded':
        return builder.guard([[this.#index(plan.index, at), plan.low, plan.high]], this.write(plan.body, at), plan.otherwise);
      case 'scalar':
        return builder.scalar(
          plan.op as Parameters<Builder['scalar']>[0],
          plan.args.map((arg) => this.write(arg, at)),
          plan.dtype,
        );
      case 'reduce': {
        const used = new Set([...at.own, ...at.reduced].flatMap((index) => [...index.axes]));
        const axes = plan.extents.map((extent) => builder.reductionAxis(extent, used));
        const body = this.write(plan.body, { ...at, reduced: [...at.reduced, ...axes.map(Index.axis)] });
        return builder.reduce(
          plan.combine,
          axes.filter((axis) => axis.extent !== 1),
          body,
        );
      }
      case 'recurrence':
        return builder.recurrence(at.recurrent!, this.write(plan.factor, at), this.write(plan.addend, at));
    }
  }
}
