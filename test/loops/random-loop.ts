import {
  arrayOf,
  Builder,
  type DType,
  type Expr,
  hasScalar,
  Index,
  type KernelBuffer,
  type LetOp,
  type Loop,
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

/** An index as a sum over the axes in scope, the last of which are those of the reductions around it. */
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
  | { readonly kind: 'scalar'; readonly op: LetOp; readonly args: readonly Plan[]; readonly dtype: DType }
  | {
      readonly kind: 'reduce';
      readonly combine: 'sum' | 'product' | 'max' | 'min';
      readonly extents: readonly number[];
      readonly body: Plan;
    }
  | { readonly kind: 'recurrence'; readonly factor: Plan; readonly addend: Plan };

export interface RandomLoop {
  readonly loop: Loop;
  readonly buffers: readonly KernelBuffer[];
  /** Fresh arrays with the same values every time. */
  arrays(): TypedArray[];
  /** The stored expressions at the axes themselves. */
  readonly plain: ReturnType<Loop['stores']>;
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

/** Makes a loop with tiles, guards, gathers, reductions and recurrences over buffers of all the dtypes. */
export function randomLoop(seed: number, { dtypes, ops, values }: Options): RandomLoop {
  const choose = choices(seed);
  const one = <T>(items: readonly T[]): T => items[choose(items.length)]!;
  const whole = (min: number, max: number): number => min + choose(max - min + 1);
  const extents = Array.from({ length: whole(0, 3) }, () => one([1, 1, 2, 3, 4, 5, 6, 7, 9, 12]));
  const axes = extents.map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
  const inputs = Array.from({ length: whole(1, 3) }, () => ({ dtype: one(dtypes), length: whole(1, 12) }));
  const positions = { dtype: 'int32' as const, length: whole(1, 5) };
  const recurrent = axes.length > 0 && whole(0, 2) === 0 ? whole(0, axes.length - 1) : -1;

  const index = (scope: number): IndexPlan => ({
    coefficients: Array.from({ length: scope }, () => whole(-3, 3)),
    offset: whole(-4, 8),
  });
  const constant = (dtype: DType): Plan => ({ kind: 'constant', value: valueFor(dtype, one(values)), dtype });
  const leaf = (dtype: DType, scope: number): Plan => {
    const buffer = inputs.findIndex((input) => input.dtype === dtype);
    const kind = whole(0, 4);
    if (kind === 0 && dtype === 'int32') return { kind: 'index', index: index(scope) };
    if (kind === 0 || buffer < 0) return constant(dtype);
    if (kind === 1) return { kind: 'window', buffer, index: index(scope), otherwise: whole(0, 1) };
    if (kind === 2) return { kind: 'gather', buffer, position: { kind: 'load', buffer: inputs.length, index: index(scope) } };
    return { kind: 'load', buffer, index: index(scope) };
  };
  const scalar = (dtype: DType, depth: number, scope: number): Plan => {
    const possible = ops.filter((op) =>
      op === 'cast' ? dtypes.length > 1 : hasScalar(op, dtype) && (dtype === 'bool' || !isTest(op)),
    );
    const op = one(possible);
    const argType =
      op === 'cast' ? one(dtypes.filter((other) => other !== dtype)) : COMPARISONS.includes(op) ? one(dtypes) : dtype;
    const args = Array.from({ length: ARITY[op]! }, (_, i) =>
      tree(op === 'select' && i === 0 ? 'bool' : argType, depth - 1, scope),
    );
    return { kind: 'scalar', op, args, dtype };
  };
  const tree = (dtype: DType, depth: number, scope: number): Plan => {
    if (depth === 0) return leaf(dtype, scope);
    switch (whole(0, 7)) {
      case 0:
        return leaf(dtype, scope);
      case 1: {
        const low = whole(-2, 3);
        return {
          kind: 'guarded',
          index: index(scope),
          low,
          high: low + whole(0, 5),
          body: tree(dtype, depth - 1, scope),
          otherwise: whole(0, 1),
        };
      }
      case 2: {
        if (scope > axes.length + 1) return leaf(dtype, scope);
        const reduced = Array.from({ length: whole(1, 2) }, () => one([0, 1, 2, 3, 9]));
        const combine = one(['sum', 'max', 'min'] as const);
        return { kind: 'reduce', combine, extents: reduced, body: tree(dtype, depth - 1, scope + reduced.length) };
      }
      case 3:
        if (recurrent < 0 || scope > axes.length || dtype === 'bool') return scalar(dtype, depth, scope);
        return { kind: 'recurrence', factor: tree(dtype, 0, scope), addend: tree(dtype, depth - 1, scope) };
      default:
        return scalar(dtype, depth, scope);
    }
  };

  const outputs = Array.from({ length: whole(1, 3) }, () => one(dtypes));
  const plans = outputs.map((dtype) => tree(dtype, DEPTH, axes.length));
  const size = extents.reduce((a, b) => a * b, 1);
  const order = axes.map((_, i) => i).filter((i) => i !== recurrent);
  const tile = new Map(axes.flatMap(({ key }, i) => (i !== recurrent && whole(0, 1) ? [[key, whole(1, 5)] as const] : [])));
  const data = [
    ...inputs.map(({ dtype, length }) => Array.from({ length }, () => valueFor(dtype, one(values)))),
    Array.from({ length: positions.length }, () => whole(0, 20)),
  ];

  const builder = new Builder();
  const writer = new PlanWriter(builder, [...inputs, positions], recurrent < 0 ? null : axes[recurrent]!);
  const loop: Loop = {
    axes,
    order: recurrent < 0 ? order : [...order, recurrent],
    ordered: new Set(recurrent < 0 ? [] : [axes[recurrent]!.key]),
    tile,
    fill: [],
    stores: (at) =>
      plans.map((plan, i) => ({
        buffer: data.length + i,
        address: at.reduce((sum, index, d) => sum.times(extents[d]!).plus(index), Index.of(0)),
        value: writer.write(plan, at),
        accumulate: false,
      })),
  };
  const buffers: KernelBuffer[] = [
    ...[...inputs, positions].map(({ dtype, length }) => ({ dtype, length, access: 'read' as const })),
    ...outputs.map((dtype) => ({ dtype, length: size, access: 'write' as const })),
  ];
  const arrays = (): TypedArray[] =>
    buffers.map(({ dtype, length }, i) => {
      const array = arrayOf(dtype, length);
      array.set(data[i] ?? []);
      return array;
    });
  return { loop, buffers, arrays, plain: loop.stores(axes.map(Index.axis)) };
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

class PlanWriter {
  readonly #builder: Builder;
  readonly #buffers: readonly { readonly dtype: DType; readonly length: number }[];
  readonly #recurrent: Loop['axes'][number] | null;

  constructor(
    builder: Builder,
    buffers: readonly { readonly dtype: DType; readonly length: number }[],
    recurrent: Loop['axes'][number] | null,
  ) {
    this.#builder = builder;
    this.#buffers = buffers;
    this.#recurrent = recurrent;
  }

  #index({ coefficients, offset }: IndexPlan, at: readonly Index[]): Index {
    return at.reduce((sum, index, i) => sum.plus(index.times(coefficients[i]!)), Index.of(offset));
  }

  write(plan: Plan, at: readonly Index[]): Expr {
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
      case 'guarded':
        return builder.guard([[this.#index(plan.index, at), plan.low, plan.high]], this.write(plan.body, at), plan.otherwise);
      case 'scalar':
        return builder.scalar(
          plan.op as Parameters<Builder['scalar']>[0],
          plan.args.map((arg) => this.write(arg, at)),
          plan.dtype,
        );
      case 'reduce': {
        const used = new Set(at.flatMap((index) => [...index.axes]));
        const axes = plan.extents.map((extent) => builder.reductionAxis(extent, used));
        const body = this.write(plan.body, [...at, ...axes.map(Index.axis)]);
        return builder.reduce(
          plan.combine,
          axes.filter((axis) => axis.extent !== 1),
          body,
        );
      }
      case 'recurrence':
        return builder.recurrence(this.#recurrent!, this.write(plan.factor, at), this.write(plan.addend, at));
    }
  }
}
