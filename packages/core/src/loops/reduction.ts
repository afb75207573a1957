import type { DType } from '../tensor/dtype.js';
import { isFloat } from '../tensor/dtype.js';
import { type Level, levelsOf } from './blocks.js';
import { type Combine, type Condition, combiningOp, type Expr, identityOf } from './expression.js';
import type { Axis } from './indices.js';
import { suitsLanes } from './lanes.js';
import type { Placement } from './placement.js';
import { scalarFunction } from './scalar.js';
import { type Local, literal, type Scope } from './scope.js';
import { LANES, type Operand } from './statement.js';

type ReduceBody = Extract<Expr['is'], { kind: 'reduce' }>;

/** One of several reductions over the same axes, which share their loops. */
interface Member {
  readonly expr: Expr;
  readonly combine: Combine;
  /** What is combined, only where `conditions` hold; elsewhere it is the identity. */
  readonly body: Expr;
  readonly conditions: readonly Condition[];
  /** The dtype that it accumulates in. */
  readonly type: DType;
}

/** Writes the loops of reductions that have their axes and their home in common. */
export function placeReductions(placement: Placement, group: readonly Expr[], home: Scope): void {
  const members = group.map((expr) => memberOf(expr, placement.wideSums));
  const blocked = members.some(({ combine, type }) => isFloat(type) && (combine === 'sum' || combine === 'product'));
  const { axes } = group[0]!.is as ReduceBody;
  const loops = new ReductionLoops(placement, home, members, levelsOf(axes, blocked));
  loops.write().forEach((result, i) => {
    const expr = group[i]!;
    home.know(expr, result.type === expr.dtype ? result : placement.emit(home, 'cast', expr.dtype, [result]));
  });
}

/** A guard that gives the identity is no value to combine but a condition on combining. */
function memberOf(expr: Expr, wideSums: boolean): Member {
  const { combine, body } = expr.is as ReduceBody;
  const accumulates = combine === 'sum' || combine === 'product';
  const type = wideSums && accumulates && expr.dtype === 'float32' ? 'float64' : expr.dtype;
  const conditions: Condition[] = [];
  let inner = body;
  while (inner.is.kind === 'guard' && inner.is.otherwise === identityOf(combine, expr.dtype)) {
    conditions.push(...inner.is.conditions);
    inner = inner.is.body;
  }
  return { expr, combine, body: inner, conditions, type };
}

function keyOf([index, low, high]: Condition): string {
  return `${low}<=${index.key}<${high}`;
}

class ReductionLoops {
  readonly #placement: Placement;
  readonly #home: Scope;
  readonly #members: readonly Member[];
  readonly #levels: readonly Level[];
  /** The conditions of all members alike, tested as far out as their axes are bound. */
  readonly #shared: readonly Condition[];
  /** Are neighbours along the innermost axis combined side by side? */
  #lanes = false;
  /** The numbers of the lanes, once they are needed. */
  #ramp: Operand | null = null;

  constructor(placement: Placement, home: Scope, members: readonly Member[], levels: readonly Level[]) {
    this.#placement = placement;
    this.#home = home;
    this.#members = members;
    this.#levels = levels;
    const inAll = (condition: Condition): boolean => {
      const key = keyOf(condition);
      return members.every(({ conditions }) => conditions.some((other) => keyOf(other) === key));
    };
    this.#shared = members[0]!.conditions.filter(inAll);
  }

  /** The results, one per member. */
  write(): Operand[] {
    const home = this.#home;
    this.#lanes = this.#suitsLanes(home);
    const results = this.#start(home);
    this.#descend(0, home, results, this.#shared, null);
    return this.#lanes ? results.map((result, i) => this.#folded(this.#members[i]!, home, result)) : results;
  }

  /** Variables for the results; with lanes, one partial result for each. */
  #start(scope: Scope): Local[] {
    return this.#members.map(({ combine, type, expr }) => {
      const identity = literal(identityOf(combine, type), type);
      return this.#placement.variable(scope, identity, this.#lanes || scope.hasLanes(expr.axes));
    });
  }

  #accumulate({ combine, type }: Member, scope: Scope, into: Local, value: Operand): void {
    const next = this.#placement.emit(scope, combiningOp(combine), type, [into, value]);
    this.#placement.set(scope, into, next);
  }

  /** `outer` is the position along the present axis in units of this level's size, where an outer level has begun it. */
  #descend(depth: number, scope: Scope, into: readonly Local[], conditions: readonly Condition[], outer: Operand | null): void {
    const unbound = new Set(this.#levels.slice(depth).flatMap((level) => (level.kind === 'loop' ? [level.axis.key] : [])));
    const ready = conditions.filter(([index]) => ![...index.axes].some((axis) => unbound.has(axis)));
    if (ready.length > 0) {
      const rest = conditions.filter((condition) => !ready.includes(condition));
      this.#placement.branch(scope, ready, (inner) => this.#descend(depth, inner, into, rest, outer));
      return;
    }
    const level = this.#levels[depth];
    if (!level) this.#innermost(scope, into);
    else if (level.kind === 'partial') {
      const partial = this.#start(scope);
      this.#descend(depth + 1, scope, partial, conditions, outer);
      this.#members.forEach((member, i) => {
        this.#accumulate(member, scope, into[i]!, partial[i]!);
      });
    } else this.#loop(depth, level, scope, into, conditions, outer);
  }

  #loop(
    depth: number,
    { axis, size, extent }: Extract<Level, { kind: 'loop' }>,
    scope: Scope,
    into: readonly Local[],
    conditions: readonly Condition[],
    outer: Operand | null,
  ): void {
    const placement = this.#placement;
    const start = outer && placement.emit(scope, 'mul', 'int32', [outer, literal(size, 'int32')]);
    let count = literal(size, 'int32');
    if (start && extent % size !== 0) {
      const left = placement.emit(scope, 'sub', 'int32', [literal(extent, 'int32'), start]);
      count = placement.emit(scope, 'min', 'int32', [left, count]);
    }
    const next = this.#levels.slice(depth + 1).find((level) => level.kind === 'loop');
    const last = next?.axis !== axis;
    const shift = (inner: Scope, by: Operand | null, counter: Operand): Operand =>
      by ? placement.emit(inner, 'add', 'int32', [by, counter]) : counter;
    if (!next && this.#lanes) {
      this.#inLanes(scope, axis, start, count, into);
      return;
    }
    placement.loop(scope, count, false, (inner, counter) => {
      const position = shift(inner, start, counter);
      if (last) inner.bind(axis.key, position);
      this.#descend(depth + 1, inner, into, conditions, last ? null : position);
    });
  }

  /** The innermost loop, `LANES` positions at a time. The last are in part those before, which do not count again. */
  #inLanes(scope: Scope, axis: Axis, start: Operand | null, count: Operand, into: readonly Local[]): void {
    const placement = this.#placement;
    const emit = (inner: Scope, op: 'add' | 'mul' | 'sub' | 'shiftRight' | 'bitAnd', a: Operand, b: number): Operand => {
      if (!('literal' in a)) return placement.emit(inner, op, 'int32', [a, literal(b, 'int32')]);
      return literal(scalarFunction(op, 'int32', ['int32', 'int32'])(a.literal, b), 'int32');
    };
    const bind = (inner: Scope, first: Operand): void => {
      inner.bindLanes(axis.key, start ? placement.emit(inner, 'add', 'int32', [start, first]) : first);
    };
    placement.loop(scope, emit(scope, 'shiftRight', count, Math.log2(LANES)), false, (inner, counter) => {
      bind(inner, emit(inner, 'mul', counter, LANES));
      this.#innermost(inner, into);
    });
    const rest = emit(scope, 'bitAnd', count, LANES - 1);
    if ('literal' in rest && rest.literal === 0) return;
    const last = (inner: Scope): void => {
      const done = placement.emit(inner, 'sub', 'int32', [literal(LANES, 'int32'), rest]);
      bind(inner, emit(inner, 'sub', count, LANES));
      this.#ramp ??= placement.emit(this.#home, 'ramp', 'int32', [literal(0, 'int32')]);
      this.#innermost(inner, into, placement.emit(inner, 'ge', 'bool', [this.#ramp, done]));
    };
    if ('literal' in rest) placement.apart(scope, last);
    else placement.when(scope, placement.emit(scope, 'gt', 'bool', [rest, literal(0, 'int32')]), last);
  }

  /** The lanes of a result as one, combined in pairs. */
  #folded({ combine, type }: Member, scope: Scope, partial: Local): Operand {
    const placement = this.#placement;
    let values: Operand[] = Array.from({ length: LANES }, (_, lane) =>
      placement.emit(scope, 'lane', type, [partial, literal(lane, 'int32')]),
    );
    while (values.length > 1) {
      const half = values.length / 2;
      values = values
        .slice(0, half)
        .map((value, i) => placement.emit(scope, combiningOp(combine), type, [value, values[half + i]!]));
    }
    return values[0]!;
  }

  /** Can neighbours along the innermost axis be combined side by side: is nothing that is read apart, and no guard different for one of them? */
  #suitsLanes(scope: Scope): boolean {
    const level = this.#levels.at(-1);
    if (!this.#placement.lanes || level?.kind !== 'loop' || level.size < LANES) return false;
    return this.#members.every(
      ({ body, conditions }) =>
        !scope.hasLanes(body.axes) &&
        !conditions.some(([index]) => index.axes.has(level.axis.key)) &&
        suitsLanes([body], level.axis.key) === 'straight',
    );
  }

  /** With a mask, the lanes in which it does not hold count nothing. */
  #innermost(scope: Scope, into: readonly Local[], mask: Operand | null = null): void {
    const shared = new Set(this.#shared.map(keyOf));
    const own = this.#members.map(({ conditions }) => conditions.filter((condition) => !shared.has(keyOf(condition))));
    const byConditions = new Map<string, number[]>();
    own.forEach((conditions, i) => {
      const key = conditions.map(keyOf).join();
      byConditions.set(key, [...(byConditions.get(key) ?? []), i]);
    });
    for (const indices of byConditions.values()) {
      const write = (inner: Scope): void => this.#combine(inner, indices, into, mask);
      this.#placement.branch(scope, own[indices[0]!]!, write);
    }
  }

  #combine(scope: Scope, indices: readonly number[], into: readonly Local[], mask: Operand | null): void {
    const members = indices.map((i) => this.#members[i]!);
    this.#placement.together(
      members.map(({ body }) => body),
      () => {
        members.forEach((member, k) => {
          const value =
            member.type === member.body.dtype
              ? this.#placement.value(member.body, scope)
              : this.#placement.wide(member.body, scope);
          const { combine, type } = member;
          const identity = literal(identityOf(combine, type), type);
          const counted = mask ? this.#placement.emit(scope, 'select', type, [mask, value, identity]) : value;
          this.#accumulate(member, scope, into[indices[k]!]!, counted);
        });
      },
    );
  }
}
