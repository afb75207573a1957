import type { DType } from '../tensor/dtype.js';
import { isFloat } from '../tensor/dtype.js';
import { valuesOf } from './dependencies.js';
import type { Axis, Index } from './indices.js';

/**
 * What one element is computed from. Every op rounds to the dtype of its result; comparisons give bool, which is a type of its own
 * (a mask in SIMD, 0 or 1 elsewhere). `max` and `min` give NaN where either argument is NaN. `div` of integers truncates toward zero
 * and gives 0 for a divisor of 0; `rem` has the sign of the dividend; `shiftRight` is logical for uint32 and arithmetic for int32;
 * shifts take the count modulo 32; `multiplyHigh` is the upper half of the 64-bit product of two uint32.
 */
export type ScalarOp = UnaryScalarOp | BinaryScalarOp | ComparisonOp | 'not' | 'and' | 'or' | 'select' | 'cast';
/** Operations on one scalar, which give a scalar of its dtype. */
export type UnaryScalarOp =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'exp2'
  | 'log'
  | 'log1p'
  | 'log2'
  | 'log10'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'erfc'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'bitNot';
/** Operations on two scalars of one dtype, which give a scalar of that dtype. */
export type BinaryScalarOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'pow'
  | 'max'
  | 'min'
  | 'atan2'
  | 'hypot'
  | 'bitAnd'
  | 'bitOr'
  | 'bitXor'
  | 'shiftLeft'
  | 'shiftRight'
  | 'multiplyHigh';
/** Comparisons of two scalars of one dtype, which give a bool. */
export type ComparisonOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
/** How a reduction puts elements together. */
export type Combine = 'sum' | 'product' | 'max' | 'min';

/** A half-open interval test: `low <= index < high`. */
export type Condition = readonly [index: Index, low: number, high: number];

export type ExprBody =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'load'; readonly buffer: number; readonly address: Index }
  | { readonly kind: 'scalar'; readonly op: ScalarOp; readonly args: readonly Expr[] }
  | { readonly kind: 'reduce'; readonly combine: Combine; readonly axes: readonly Axis[]; readonly body: Expr }
  | { readonly kind: 'recurrence'; readonly axis: Axis; readonly factor: Expr; readonly addend: Expr }
  | { readonly kind: 'guard'; readonly conditions: readonly Condition[]; readonly body: Expr; readonly otherwise: number };

/** The functions of one number that few machines have as an instruction. */
export const TRANSCENDENTAL: readonly UnaryScalarOp[] = [
  'exp',
  'expm1',
  'exp2',
  'log',
  'log1p',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'erfc',
];

const HEAVY: ReadonlySet<ScalarOp> = new Set<ScalarOp>(['sqrt', ...TRANSCENDENTAL, 'pow', 'div', 'rem', 'atan2', 'hypot']);
const NO_AXES: ReadonlySet<string> = new Set();

/**
 * A value inside a loop nest. Expressions are hash-consed by their `Builder`, so equal means identical, and know their free axes: where
 * a value may stand in the nest follows from them alone. `heavy` marks what must not be computed outside the branch that needs it.
 */
export class Expr {
  readonly builder: Builder;
  readonly id: number;
  readonly dtype: DType;
  readonly is: ExprBody;
  readonly axes: ReadonlySet<string>;
  readonly heavy: boolean;

  constructor(builder: Builder, id: number, dtype: DType, is: ExprBody, axes: ReadonlySet<string>, heavy: boolean) {
    this.builder = builder;
    this.id = id;
    this.dtype = dtype;
    this.is = is;
    this.axes = axes;
    this.heavy = heavy;
  }

  /** Any scalar op by name, with this as its first argument. */
  apply(op: ScalarOp, ...rest: readonly Expr[]): Expr {
    return this.builder.scalar(op, [this, ...rest]);
  }
  /** A constant of this expression's dtype. */
  constant(value: number): Expr {
    return this.builder.constant(value, this.dtype);
  }

  add(y: Expr): Expr {
    return this.apply('add', y);
  }
  sub(y: Expr): Expr {
    return this.apply('sub', y);
  }
  mul(y: Expr): Expr {
    return this.apply('mul', y);
  }
  div(y: Expr): Expr {
    return this.apply('div', y);
  }
  rem(y: Expr): Expr {
    return this.apply('rem', y);
  }
  pow(y: Expr): Expr {
    return this.apply('pow', y);
  }
  max(y: Expr): Expr {
    return this.apply('max', y);
  }
  min(y: Expr): Expr {
    return this.apply('min', y);
  }
  neg(): Expr {
    return this.apply('neg');
  }
  abs(): Expr {
    return this.apply('abs');
  }
  sign(): Expr {
    return this.apply('sign');
  }
  sqrt(): Expr {
    return this.apply('sqrt');
  }
  exp(): Expr {
    return this.apply('exp');
  }
  expm1(): Expr {
    return this.apply('expm1');
  }
  log(): Expr {
    return this.apply('log');
  }
  log1p(): Expr {
    return this.apply('log1p');
  }
  sin(): Expr {
    return this.apply('sin');
  }
  cos(): Expr {
    return this.apply('cos');
  }
  tanh(): Expr {
    return this.apply('tanh');
  }
  floor(): Expr {
    return this.apply('floor');
  }
  ceil(): Expr {
    return this.apply('ceil');
  }
  round(): Expr {
    return this.apply('round');
  }
  trunc(): Expr {
    return this.apply('trunc');
  }
  eq(y: Expr): Expr {
    return this.apply('eq', y);
  }
  ne(y: Expr): Expr {
    return this.apply('ne', y);
  }
  lt(y: Expr): Expr {
    return this.apply('lt', y);
  }
  le(y: Expr): Expr {
    return this.apply('le', y);
  }
  gt(y: Expr): Expr {
    return this.apply('gt', y);
  }
  ge(y: Expr): Expr {
    return this.apply('ge', y);
  }
  and(y: Expr): Expr {
    return this.apply('and', y);
  }
  or(y: Expr): Expr {
    return this.apply('or', y);
  }
  not(): Expr {
    return this.apply('not');
  }
  bitAnd(y: Expr): Expr {
    return this.apply('bitAnd', y);
  }
  bitOr(y: Expr): Expr {
    return this.apply('bitOr', y);
  }
  bitXor(y: Expr): Expr {
    return this.apply('bitXor', y);
  }
  shiftLeft(y: Expr): Expr {
    return this.apply('shiftLeft', y);
  }
  shiftRight(y: Expr): Expr {
    return this.apply('shiftRight', y);
  }
  /** `a` where this bool holds, else `b`. */
  select(a: Expr, b: Expr): Expr {
    return this.builder.scalar('select', [this, a, b]);
  }
  /** This value in another dtype: floats to integers truncate and saturate (NaN gives 0), integers wrap, anything to bool is `!= 0`. */
  cast(dtype: DType): Expr {
    return dtype === this.dtype ? this : this.builder.scalar('cast', [this], dtype);
  }
}

/** The ops whose results are bools, whatever they are of. */
export const BOOLEAN: ReadonlySet<string> = new Set<ScalarOp>(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not']);

function dtypeOf(op: ScalarOp, args: readonly Expr[]): DType {
  if (BOOLEAN.has(op)) return 'bool';
  return args[op === 'select' ? 1 : 0]!.dtype;
}

function union(args: readonly { readonly axes: ReadonlySet<string> }[]): ReadonlySet<string> {
  let all: ReadonlySet<string> = NO_AXES;
  for (const { axes } of args) {
    if (axes.size === 0 || axes === all) continue;
    if (all.size === 0) all = axes;
    else if (![...axes].every((axis) => all.has(axis))) all = new Set([...all, ...axes]);
  }
  return all;
}

function textOf(conditions: readonly Condition[]): string {
  return conditions.map(([index, low, high]) => `${low}<=${index.key}<${high}`).join();
}

/** Makes the expressions of one kernel, each distinct one once. */
export class Builder {
  readonly #known = new Map<string, Expr>();

  /** How many expressions have been made. */
  get size(): number {
    return this.#known.size;
  }

  #make(key: string, dtype: DType, is: ExprBody, axes: ReadonlySet<string>, heavy: boolean): Expr {
    let expr = this.#known.get(key);
    if (!expr) {
      expr = new Expr(this, this.#known.size, dtype, is, axes, heavy);
      this.#known.set(key, expr);
    }
    return expr;
  }

  constant(value: number, dtype: DType): Expr {
    const key = `c${dtype}:${Object.is(value, -0) ? '-0' : value}`;
    return this.#make(key, dtype, { kind: 'constant', value }, NO_AXES, false);
  }

  /** An index as a value: as heavy as what it is computed from, which may be a load. */
  index(index: Index, dtype: DType = 'int32'): Expr {
    if (dtype !== 'int32') return this.index(index).cast(dtype);
    if (index.constant !== null) return this.constant(index.constant, 'int32');
    return this.#make(
      `i${index.key}`,
      'int32',
      { kind: 'index', index },
      index.axes,
      valuesOf(index).some(({ heavy }) => heavy),
    );
  }

  /** An element of a buffer. What is written anew at each index of some axes depends on these, whatever its address. */
  load(buffer: number, dtype: DType, address: Index, rewritten: ReadonlySet<string> = NO_AXES): Expr {
    const axes = union([address, { axes: rewritten }]);
    const key = `l${buffer}@${address.key}${rewritten.size > 0 ? `/${[...rewritten].join()}` : ''}`;
    return this.#make(key, dtype, { kind: 'load', buffer, address }, axes, true);
  }

  /** An op on some values. What the range of an index decides is decided here. */
  scalar(op: ScalarOp, args: readonly Expr[], dtype: DType = dtypeOf(op, args)): Expr {
    const [first, second, third] = args;
    if (op === 'select') {
      if (first!.is.kind === 'constant') return first!.is.value ? second! : third!;
      const padded = this.#padded(first!, second!, third!);
      if (padded) return padded;
    }
    if (op === 'lt' && first!.is.kind === 'index' && second!.is.kind === 'constant') {
      const [least, most] = first!.is.index.range;
      if (most < second!.is.value || least >= second!.is.value) return this.constant(most < second!.is.value ? 1 : 0, 'bool');
    }
    const key = `${op}${op === 'cast' ? dtype : ''}(${args.map((a) => a.id).join()})`;
    const heavy = HEAVY.has(op) || args.some((a) => a.heavy);
    return this.#make(key, dtype, { kind: 'scalar', op, args }, union(args), heavy);
  }

  /** What is chosen where guards hold, and a constant elsewhere, is one guard: padding with something else than 0. Null where it is not so. */
  #padded({ is: chosen }: Expr, { is: value }: Expr, { is: elsewhere }: Expr): Expr | null {
    if (chosen.kind !== 'guard' || value.kind !== 'guard' || elsewhere.kind !== 'constant') return null;
    const isTold = chosen.otherwise === 0 && chosen.body.is.kind === 'constant' && chosen.body.is.value !== 0;
    if (!isTold || textOf(chosen.conditions) !== textOf(value.conditions)) return null;
    return this.guard(value.conditions, value.body, elsewhere.value);
  }

  /** `body` where all conditions hold, else `otherwise`; conditions that always hold are dropped. The body is read only where they hold. */
  guard(conditions: readonly Condition[], body: Expr, otherwise: number): Expr {
    const open = conditions.filter(([index, low, high]) => index.range[0] < low || index.range[1] >= high);
    if (open.length === 0) return body;
    if (open.some(([index, low, high]) => index.range[1] < low || index.range[0] >= high))
      return this.constant(otherwise, body.dtype);
    const key = `g(${textOf(open)})${body.id}:${otherwise}`;
    const axes = union([body, ...open.map(([index]) => index)]);
    return this.#make(key, body.dtype, { kind: 'guard', conditions: open, body, otherwise }, axes, true);
  }

  /** Combines `body` over `axes`; the empty combination is 0, 1, -Infinity or Infinity. Sums of float32 may be accumulated wider. */
  reduce(combine: Combine, axes: readonly Axis[], body: Expr): Expr {
    if (axes.length === 0) return body;
    const bound = new Set(axes.map((axis) => axis.key));
    const free = new Set([...body.axes].filter((axis) => !bound.has(axis)));
    return this.#make(
      `r${combine}[${[...bound].join()}]${body.id}`,
      body.dtype,
      { kind: 'reduce', combine, axes, body },
      free,
      true,
    );
  }

  /** `h(t) = factor(t)·h(t-1) + addend(t)` along one axis of the nest, from `h(-1) = 0`. */
  recurrence(axis: Axis, factor: Expr, addend: Expr): Expr {
    const axes = union([factor, addend, { axes: new Set([axis.key]) }]);
    return this.#make(
      `h[${axis.key}](${factor.id},${addend.id})`,
      addend.dtype,
      { kind: 'recurrence', axis, factor, addend },
      axes,
      true,
    );
  }

  /** The first reduction axis of this extent that is not in `used`: equal reductions get equal axes, and so share a loop. */
  reductionAxis(extent: number, used: Set<string>): Axis {
    for (let k = 0; ; k++) {
      const key = `r${k}x${extent}`;
      if (used.has(key)) continue;
      used.add(key);
      return { key, extent };
    }
  }
}

/**
 * The value that a combination starts from.
 *
 * @example
 * console.log(identityOf('max', 'float32')); // -Infinity
 */
export function identityOf(combine: Combine, dtype: DType): number {
  if (combine === 'sum') return 0;
  if (combine === 'product') return 1;
  const low = isFloat(dtype) ? -Infinity : dtype === 'int32' ? -2147483648 : 0;
  const high = isFloat(dtype) ? Infinity : dtype === 'int32' ? 2147483647 : dtype === 'uint32' ? 4294967295 : 1;
  return combine === 'max' ? low : high;
}

/** The scalar op that combines two partial results. */
export function combiningOp(combine: Combine): 'add' | 'mul' | 'max' | 'min' {
  return combine === 'sum' ? 'add' : combine === 'product' ? 'mul' : combine;
}
