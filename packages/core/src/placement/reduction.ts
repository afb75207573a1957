import { type Combine, type Condition, combiningOp, type Expr, identityOf } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { scalarFunction } from '../loops/scalar.js';
import { LANES, type Operand } from '../loops/statement.js';
import { substitute } from '../loops/substitute.js';
import type { DType } from '../tensor/dtype.js';
import { isFloat } from '../tensor/dtype.js';
import { type Level, levelsOf } from './blocks.js';
import { joinShortSums } from './joined.js';
import { suitsLanes } from './lanes.js';
import type { Placement } from './placement.js';
import { type Local, literal, type Scope } from './scope.js';
import { strandsTogether } from './unroll.js';

type LoopLevel = Extract<Level, { kind: 'loop' }>;
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
  const joined = placement.lanes ? joinShortSums(group) : group;
  const members = joined.map((expr) => memberOf(expr, placement.wideSums));
  const { axes } = joined[0]!.is as ReduceBody;
  const loops = new ReductionLoops(placement, home, members, axes);
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

/** The partial results of all members in one strand. */
type Strand = readonly Local[];

/** Where the innermost axis is, in lanes; `mask` holds in those that count. */
interface Vector {
  readonly position: Index;
  readonly mask: Operand | null;
}

class ReductionLoops {
  readonly #placement: Placement;
  readonly #home: Scope;
  readonly #members: readonly Member[];
  readonly #levels: readonly Level[];
  /** The conditions of all members alike, tested as far out as their axes are bound. */
  readonly #shared: readonly Condition[];
  /** The axis whose neighbours are combined side by side. */
  readonly #inLanes: Axis | null;
  /** In how many partial results, which do not wait for one another. */
  readonly #strands: number;
  /** The numbers of the lanes, once they are needed. */
  #ramp: Operand | null = null;

  constructor(placement: Placement, home: Scope, members: readonly Member[], axes: readonly Axis[]) {
    this.#placement = placement;
    this.#home = home;
    this.#members = members;
    const last = axes.findLast(({ extent }) => extent > 1);
    this.#inLanes = last && this.#suitsLanes(last) ? last : null;
    this.#strands = this.#inLanes ? strandsTogether(members, this.#inLanes) : 1;
    const blocked = members.some(({ combine, type }) => isFloat(type) && (combine === 'sum' || combine === 'product'));
    this.#levels = levelsOf(axes, blocked, this.#inLanes ? this.#strands * LANES : 1);
    const inAll = (condition: Condition): boolean => {
      const key = keyOf(condition);
      return members.every(({ conditions }) => conditions.some((other) => keyOf(other) === key));
    };
    this.#shared = members[0]!.conditions.filter(inAll);
  }

  /** The results, one per member. */
  write(): Operand[] {
    const home = this.#home;
    const results = this.#start(home);
    this.#descend(0, home, results, this.#shared, null);
    return this.#members.map((member, i) => {
      const ofStrands = this.#paired(
        member,
        home,
        results.map((strand) => strand[i]!),
      );
      return this.#inLanes ? this.#folded(member, home, ofStrands) : ofStrands;
    });
  }

  /** Variables for the results of each strand; with lanes, one partial result for each lane. */
  #start(scope: Scope): Strand[] {
    return Array.from({ length: this.#strands }, () =>
      this.#members.map(({ combine, type, expr }) => {
        const identity = literal(identityOf(combine, type), type);
        return this.#placement.variable(scope, identity, this.#inLanes !== null || scope.hasLanes(expr.axes));
      }),
    );
  }

  #accumulate({ combine, type }: Member, scope: Scope, into: Local, value: Operand): void {
    const next = this.#placement.emit(scope, combiningOp(combine), type, [into, value]);
    this.#placement.set(scope, into, next);
  }

  /** `outer` is the position along the present axis in units of this level's size, where an outer level has begun it. */
  #descend(depth: number, scope: Scope, into: readonly Strand[], conditions: readonly Condition[], outer: Index | null): void {
    const unbound = new Set(this.#levels.slice(depth).flatMap((level) => (level.kind === 'loop' ? [level.axis.key] : [])));
    const ready = conditions.filter(([index]) => ![...index.axes].some((axis) => unbound.has(axis)));
    if (ready.length > 0) {
      const rest = conditions.filter((condition) => !ready.includes(condition));
      this.#placement.branch(scope, ready, (inner) => this.#descend(depth, inner, into, rest, outer));
      return;
    }
    const level = this.#levels[depth];
    if (!level) this.#innermost(scope, into[0]!, null);
    else if (level.kind === 'partial') {
      const partial = this.#start(scope);
      this.#descend(depth + 1, scope, partial, conditions, outer);
      into.forEach((strand, s) => {
        this.#members.forEach((member, i) => {
          this.#accumulate(member, scope, strand[i]!, partial[s]![i]!);
        });
      });
    } else this.#loop(depth, level, scope, into, conditions, outer);
  }

  #loop(
    depth: number,
    level: LoopLevel,
    scope: Scope,
    into: readonly Strand[],
    conditions: readonly Condition[],
    outer: Index | null,
  ): void {
    const placement = this.#placement;
    const { axis, size, extent } = level;
    const start = outer?.times(size) ?? Index.of(0);
    let count = literal(size, 'int32');
    if (outer && extent % size !== 0) {
      const left = placement.emit(scope, 'sub', 'int32', [literal(extent, 'int32'), this.#operand(start, scope)]);
      count = placement.emit(scope, 'min', 'int32', [left, count]);
    }
    const next = this.#levels.slice(depth + 1).find((level) => level.kind === 'loop');
    if (!next && this.#inLanes) {
      this.#alongLanes(scope, level, start, count, into);
      return;
    }
    const last = next?.axis !== axis;
    const step = { key: `${axis.key}k${depth}`, extent: size };
    placement.loop(scope, count, false, (inner, counter) => {
      inner.bind(step.key, counter);
      const position = start.plus(Index.axis(step));
      if (last) inner.bind(axis.key, this.#operand(position, inner));
      this.#descend(depth + 1, inner, into, conditions, last ? null : position);
    });
  }

  #operand(index: Index, scope: Scope): Operand {
    return this.#placement.value(this.#members[0]!.expr.builder.index(index), scope);
  }

  /** The innermost loop, a vector for each strand at a time, then single vectors. The lanes of the last are in part those before, which do not count again. */
  #alongLanes(scope: Scope, { axis, size }: LoopLevel, start: Index, count: Operand, into: readonly Strand[]): void {
    const placement = this.#placement;
    const strands = into.length;
    const step = strands * LANES;
    const lane = { key: `${axis.key}l`, extent: LANES };
    scope.bindLanes(lane.key, literal(0, 'int32'));
    const vector = (inner: Scope, strand: Strand, first: Index, mask: Operand | null = null): void => {
      this.#innermost(inner, strand, { position: start.plus(first).plus(Index.axis(lane)), mask });
    };
    const whole = this.#folding(scope, 'shiftRight', count, Math.log2(step));
    this.#times(scope, whole, { key: `${axis.key}u`, extent: Math.floor(size / step) }, (inner, at) => {
      into.forEach((strand, s) => {
        vector(inner, strand, at.times(step).plus(s * LANES));
      });
    });
    if (strands > 1) {
      const left = this.#folding(scope, 'bitAnd', count, step - 1);
      const begin = this.#bound(scope, `${axis.key}w`, this.#folding(scope, 'sub', count, left), size);
      const single = this.#folding(scope, 'shiftRight', left, Math.log2(LANES));
      this.#times(scope, single, { key: `${axis.key}v`, extent: strands - 1 }, (inner, at) => {
        vector(inner, into[0]!, begin.plus(at.times(LANES)));
      });
    }
    const rest = this.#folding(scope, 'bitAnd', count, LANES - 1);
    if ('literal' in rest && rest.literal === 0) return;
    const last = (inner: Scope): void => {
      const done = placement.emit(inner, 'sub', 'int32', [literal(LANES, 'int32'), rest]);
      const begin = this.#bound(inner, `${axis.key}e`, this.#folding(inner, 'sub', count, LANES), size);
      this.#ramp ??= placement.emit(this.#home, 'ramp', 'int32', [literal(0, 'int32')]);
      vector(inner, into[0]!, begin, placement.emit(inner, 'ge', 'bool', [this.#ramp, done]));
    };
    if ('literal' in rest) placement.apart(scope, last);
    else placement.when(scope, placement.emit(scope, 'gt', 'bool', [rest, literal(0, 'int32')]), last);
  }

  /** A loop whose index is an axis; without a loop where it would run once or never. */
  #times(scope: Scope, count: Operand, axis: Axis, write: (inner: Scope, at: Index) => void): void {
    const once = 'literal' in count && count.literal === 1;
    if (once) this.#placement.apart(scope, (inner) => write(inner, Index.of(0)));
    else if (!('literal' in count) || count.literal > 1) {
      this.#placement.loop(scope, count, false, (inner, counter) => {
        inner.bind(axis.key, counter);
        write(inner, Index.axis(axis));
      });
    }
  }

  /** An operand below `extent` as an index: an axis of its own, unless it is a number. */
  #bound(scope: Scope, key: string, operand: Operand, extent: number): Index {
    if ('literal' in operand) return Index.of(operand.literal);
    scope.bind(key, operand);
    return Index.axis({ key, extent });
  }

  /** Integer arithmetic, done here where it is on literals. */
  #folding(scope: Scope, op: 'sub' | 'shiftRight' | 'bitAnd', a: Operand, other: Operand | number): Operand {
    const b = typeof other === 'number' ? literal(other, 'int32') : other;
    if (!('literal' in a && 'literal' in b)) return this.#placement.emit(scope, op, 'int32', [a, b]);
    return literal(scalarFunction(op, 'int32', ['int32', 'int32'])(a.literal, b.literal), 'int32');
  }

  /** The lanes of a result as one. */
  #folded(member: Member, scope: Scope, partial: Operand): Operand {
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      this.#placement.emit(scope, 'lane', member.type, [partial, literal(lane, 'int32')]),
    );
    return this.#paired(member, scope, lanes);
  }

  /** A power of two of partial results as one, combined in pairs. */
  #paired({ combine, type }: Member, scope: Scope, partial: readonly Operand[]): Operand {
    let values = partial;
    while (values.length > 1) {
      const half = values.length / 2;
      const others = values.slice(half);
      values = values
        .slice(0, half)
        .map((value, i) => this.#placement.emit(scope, combiningOp(combine), type, [value, others[i]!]));
    }
    return values[0]!;
  }

  /** Can neighbours along the innermost axis be combined side by side: is nothing that is read apart, and no guard different for one of them? */
  #suitsLanes({ key, extent }: Axis): boolean {
    if (!this.#placement.lanes || extent < LANES) return false;
    return this.#members.every(
      ({ body, conditions }) =>
        !this.#home.hasLanes(body.axes) &&
        !conditions.some(([index]) => index.axes.has(key)) &&
        suitsLanes([body], key) === 'straight',
    );
  }

  /** With a mask, the lanes in which it does not hold count nothing. */
  #innermost(scope: Scope, into: Strand, vector: Vector | null): void {
    const shared = new Set(this.#shared.map(keyOf));
    const own = this.#members.map(({ conditions }) => conditions.filter((condition) => !shared.has(keyOf(condition))));
    const byConditions = new Map<string, number[]>();
    own.forEach((conditions, i) => {
      const key = conditions.map(keyOf).join();
      byConditions.set(key, [...(byConditions.get(key) ?? []), i]);
    });
    for (const indices of byConditions.values()) {
      const write = (inner: Scope): void => this.#combine(inner, indices, into, vector);
      this.#placement.branch(scope, own[indices[0]!]!, write);
    }
  }

  #combine(scope: Scope, indices: readonly number[], into: Strand, vector: Vector | null): void {
    const placement = this.#placement;
    const members = indices.map((i) => this.#members[i]!);
    const bodies = members.map(({ body }) =>
      vector ? substitute(body, new Map([[this.#inLanes!.key, vector.position]])) : body,
    );
    placement.together(bodies, () => {
      members.forEach((member, k) => {
        const { combine, type } = member;
        const body = bodies[k]!;
        const value = type === body.dtype ? placement.value(body, scope) : placement.wide(body, scope);
        const identity = literal(identityOf(combine, type), type);
        // A maximum may as well count twice.
        const mask = combine === 'sum' || combine === 'product' ? vector?.mask : null;
        const counted = mask ? placement.emit(scope, 'select', type, [mask, value, identity]) : value;
        this.#accumulate(member, scope, into[indices[k]!]!, counted);
      });
    });
  }
}
