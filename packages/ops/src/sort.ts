import {
  asPublic,
  composite,
  countOf,
  general,
  graphOf,
  type Node,
  nodeOf,
  normaliseAxis,
  type Op,
  type Operand,
  optionsOf,
  type Procedure,
  ShapeError,
  showShape,
  type Value,
  withOp,
} from '@tapegrad/core';
import { gather } from './gather.js';
import { slice } from './slice.js';

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** The axis to sort along, the last unless said. */
  readonly axis?: number;
  /** Greatest first. NaN stays last, and equal elements stay in their order. */
  readonly descending?: boolean;
}

interface Attrs {
  readonly axis: number;
  readonly descending: boolean;
}

const argsortOp: Op<Attrs> = general<Attrs>('argsort', {
  kind: 'procedure',
  cost: 100,
  dtype: () => 'int32',
  shape: ([x]) => x!.shape,
  procedure: (p, node) => {
    const { axis, descending } = node.attrs;
    const shape = node.inputs[0]!.shape as readonly number[];
    if (countOf(shape) === 0) return;
    const inner = countOf(shape.slice(axis + 1));
    const lanes = countOf(shape.slice(0, axis)) * inner;
    p.for(
      lanes,
      (lane) => {
        const start = lane
          .apply('floorDiv', inner)
          .mul(inner * shape[axis]!)
          .add(lane.apply('floorMod', inner));
        sortLane(p, node as Node, { length: shape[axis]!, at: (i) => start.add(i.mul(inner)), descending });
      },
      { parallel: true },
    );
  },
  unordered: ({ inputs: [x], attrs }) => positionsOf(ranksOf(x!, attrs), attrs),
}).op;

/** How many elements come before each, found by comparing it with all others. */
const ranksOf = general<Attrs>('rank by counting', {
  kind: 'reduction',
  cost: 8,
  dtype: () => 'int32',
  shape: ([x]) => x!.shape,
  lower: (k) => {
    const { axis, descending } = k.attrs;
    const mine = k.load(0, k.at);
    return k.reduce('sum', [k.shape[axis]!], (position) => {
      const other = k.load(0, k.at.with(axis, position));
      const sooner = descending ? other.gt(mine) : other.lt(mine);
      const [isLast, otherIsLast] = [mine.ne(mine), other.ne(other)];
      const isEqual = other.eq(mine).or(isLast.and(otherIsLast));
      const isBefore = k.index(position).lt(k.index(k.at[axis]!));
      return sooner.or(isLast.and(otherIsLast.not())).or(isEqual.and(isBefore)).cast('int32');
    });
  },
});

/** The element of each rank, likewise. */
const positionsOf = general<Attrs>('position of rank', {
  kind: 'reduction',
  cost: 4,
  dtype: () => 'int32',
  shape: ([x]) => x!.shape,
  lower: (k) => {
    const { axis } = k.attrs;
    const rank = k.index(k.at[axis]!);
    return k.reduce('sum', [k.shape[axis]!], (position) => {
      return k.load(0, k.at.with(axis, position)).eq(rank).select(k.index(position), k.constant(0));
    });
  },
});

interface Lane {
  readonly length: number;
  readonly at: (i: Value) => Value;
  readonly descending: boolean;
}

/**
 * Sorts the indices of one lane by what they point to. A bitonic network in which every comparator ascends (each block meets the next one
 * mirrored), so that any length works by leaving out partners beyond the end: K. E. Batcher, "Sorting networks and their applications", 1968.
 * Equal elements are ordered by their index, which makes it stable.
 */
function sortLane(p: Procedure, node: Node, { length, at, descending }: Lane): void {
  const { dtype } = node.inputs[0]!;
  p.for(length, (i) => p.store(1, at(i), i), { parallel: true });
  const rounds = Math.ceil(Math.log2(Math.max(length, 1)));
  p.for(rounds, (round) => {
    p.for(round.add(1), (step) => {
      const single = p.literal(1).apply('shiftLeft', round.sub(step));
      const mirror = p.literal(2).apply('shiftLeft', round).sub(1);
      const mask = step.eq(0).select(mirror, single);
      const exchange = (i: Value, partner: Value): void => {
        const [mine, other] = [p.load(1, 'int32', at(i)), p.load(1, 'int32', at(partner))];
        const [x, y] = [p.load(0, dtype, at(mine)), p.load(0, dtype, at(other))];
        const sooner = descending ? y.gt(x) : y.lt(x);
        p.if(sooner.or(y.eq(x).and(other.lt(mine))).or(sortsLast(x, y, mine, other)), () => {
          p.store(1, at(i), other);
          p.store(1, at(partner), mine);
        });
      };
      p.for(
        length,
        (i) => {
          const partner = i.apply('bitXor', mask);
          p.if(partner.gt(i).and(partner.lt(length)), () => exchange(i, partner));
        },
        { parallel: true },
      );
    });
  });
}

/** Must a NaN `x` give way: to any number, or to a NaN that was before it? */
function sortsLast(x: Value, y: Value, mine: Value, other: Value): Value {
  return x.ne(x).and(y.eq(y).or(other.lt(mine)));
}

/** The operand as a node of numbers, its axis counted from the front, and both options. */
function sortable(op: string, x: Operand, options: SortOptions | undefined): { node: Node; attrs: Attrs } {
  const { axis, descending } = optionsOf(op, options, { axis: -1, descending: false });
  const node = nodeOf(x, graphOf(op, [x]));
  return { node, attrs: { axis: normaliseAxis(op, axis, node.shape.length), descending } };
}

/**
 * The indices, as int32, that sort each lane along an axis. Same shape out. Stable; NaN comes last, also when descending; -0 equals 0.
 * Throws `ShapeError` for a scalar.
 *
 * @formula y = the positions of the elements in their order
 * @derivative none, the result is positions
 * @example
 * const order = argsort(scores, { descending: true });
 */
export const argsort = withOp(argsortOp, (x: Operand, options?: SortOptions): Node => {
  const { node, attrs } = sortable('argsort', x, options);
  return node.graph.append(argsortOp, [node], attrs) as Node;
});

/**
 * Each lane along an axis in order, as {@link argsort} gives it. Same shape and dtype out. The derivative goes where the elements went.
 *
 * @formula y₀ ≤ y₁ ≤ …, the elements of x
 * @derivative x̄ at the place from which yᵢ came = ȳᵢ
 * @example
 * const median = take(sort(x), middle, { axis: -1 });
 */
export const sort = composite<[Node], SortOptions>('sort', {
  defaults: { axis: undefined, descending: undefined },
  define: (x, options) => {
    const { node, attrs } = sortable('sort', x, options);
    return gather(node, argsort(node, attrs), { axis: attrs.axis });
  },
});

/**
 * The `k` greatest of each lane along an axis, greatest first, and their indices (int32). Throws `ShapeError` where the axis has fewer.
 *
 * @formula values₀ ≥ values₁ ≥ … ≥ valuesₖ₋₁, the k greatest of x
 * @derivative x̄ at the place from which a value came = v̄alueᵢ, else 0
 * @example
 * const { values, indices } = topK(logits, 5);
 */
export const topK = asPublic('topK', (x: Operand, k: number, options?: Pick<SortOptions, 'axis'>) => {
  const { axis } = optionsOf('topK', options, { axis: -1 });
  const { node, attrs } = sortable('topK', x, { axis, descending: true });
  const size = node.shape[attrs.axis]!;
  if (!Number.isInteger(k) || k < 0 || (typeof size === 'number' && k > size)) {
    throw new ShapeError(
      `topK: ${k} of ${showShape(node.shape)} along axis ${axis}: it must be a whole number from 0 to ${size}.`,
      {
        op: 'topK',
      },
    );
  }
  const ranks = node.shape.map((_, i): [number, number | null] => [0, i === attrs.axis ? k : null]);
  const indices = slice(argsort(node, attrs), ranks);
  return { values: gather(node, indices, { axis: attrs.axis }), indices };
});
