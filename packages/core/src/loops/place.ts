import { canonicalText } from './canonical.js';
import { Index } from './indices.js';
import { laneAxisOf } from './lanes.js';
import type { Loop } from './loop.js';
import { Placement } from './placement.js';
import type { Procedure } from './procedure.js';
import { literal, Scope } from './scope.js';
import { type Kernel, type KernelBuffer, LANES, type Stmt } from './statement.js';
import { withoutUnused } from './unused.js';

export interface PlaceOptions {
  /** Are sums and products of float32 accumulated in float64? */
  readonly wideSums: boolean;
  /** How many neighbours are computed side by side: 1, or `LANES`. */
  readonly lanes?: 1 | typeof LANES;
}

/**
 * Makes statements of a loop nest, once for all targets: every value stands in the outermost scope that binds its free axes, equal values
 * are computed once, guards are branches, reductions over equal axes share their loops, tiles are cells side by side.
 *
 * With `wideSums`, sums and products of float32 accumulate in float64 (the products inside a sum are exact there) and are rounded once.
 * Long sums of floats are added up in blocks, except in tiled kernels. The order of additions follows from the extents alone.
 *
 * @example
 * const b = new Builder();
 * const double: Loop = {
 *   axes: [{ key: 'i', extent: 3 }],
 *   order: [0],
 *   ordered: new Set(),
 *   stores: ([i]) => [{ buffer: 1, address: i!, value: b.load(0, 'float32', i!).mul(b.constant(2, 'float32')), accumulate: false }],
 *   tile: new Map(),
 *   fill: [],
 * };
 * const kernel = place(
 *   double,
 *   [
 *     { dtype: 'float32', length: 3, access: 'read' },
 *     { dtype: 'float32', length: 3, access: 'write' },
 *   ],
 *   { wideSums: true },
 * );
 */
export function place(loop: Loop, buffers: readonly KernelBuffer[], { wideSums, lanes = 1 }: PlaceOptions): Kernel {
  const placement = new Placement(buffers, { wideSums, blockSums: loop.tile.size === 0, lanes: lanes > 1 });
  const top = new Scope(null);
  for (const { buffer, value } of loop.fill) top.statements.push({ kind: 'fill', buffer, value });
  if (loop.axes.every((axis) => axis.extent > 0)) nest(new Nest(loop, placement), 0, [loop.axes.map(Index.axis)], top);
  return kernelOf(top.statements, placement.locals, buffers);
}

/**
 * The statements of a procedure as a kernel, without values that nothing uses.
 *
 * @example
 * const p = new Procedure();
 * p.for(3, (i) => p.store(1, i, p.load(0, 'float32', i).mul(2)), { parallel: true });
 * const kernel = kernelOfProcedure(p, [
 *   { dtype: 'float32', length: 3, access: 'read' },
 *   { dtype: 'float32', length: 3, access: 'write' },
 * ]);
 */
export function kernelOfProcedure(procedure: Procedure, buffers: readonly KernelBuffer[]): Kernel {
  return kernelOf(withoutUnused(procedure.body), procedure.locals, buffers);
}

function kernelOf(body: readonly Stmt[], locals: number, buffers: readonly KernelBuffer[]): Kernel {
  return { key: canonicalText(body, buffers), buffers, body, locals };
}

/** The loops of a kernel, and which of them computes neighbours side by side. */
class Nest {
  readonly loop: Loop;
  readonly placement: Placement;
  readonly order: readonly number[];
  readonly laneAxis: number;

  constructor(loop: Loop, placement: Placement) {
    this.loop = loop;
    this.placement = placement;
    this.laneAxis = placement.lanes ? laneAxisOf(loop) : -1;
    this.order = this.laneAxis < 0 ? loop.order : this.#lanesInside();
  }

  /** The order with the axis of the lanes as far in as it may be: a recurrence needs the innermost loop. */
  #lanesInside(): number[] {
    const { axes, order, ordered } = this.loop;
    const others = order.filter((position) => position !== this.laneAxis);
    const isOrdered = (position: number): boolean => ordered.has(axes[position]!.key);
    const outer = others.filter((position) => !isOrdered(position));
    return ordered.size === 0 ? [...others, this.laneAxis] : [...outer, this.laneAxis, ...others.filter(isOrdered)];
  }

  /** How many cells along an axis are computed together, the most first: what one leaves over is done by the next. */
  steps(position: number): { readonly cells: number; readonly lanes: boolean }[] {
    const { key, extent } = this.loop.axes[position]!;
    const tile = Math.min(this.loop.tile.get(key) ?? 1, extent);
    const lanes = position === this.laneAxis;
    const whole = lanes ? Math.max(Math.floor(tile / LANES), 1) * LANES : tile;
    const rest = (extent % whole) % LANES;
    const steps = [{ cells: whole, lanes }];
    if (lanes && whole > LANES) steps.push({ cells: LANES, lanes });
    if (lanes && rest > 0) steps.push({ cells: 1, lanes: false });
    else if (!lanes && extent % whole > 0) steps.push({ cells: extent % whole, lanes });
    return steps;
  }
}

/** The loops from `depth` inwards; `cells` are the indices of the cells of the tile that is computed together. */
function nest(all: Nest, depth: number, cells: readonly (readonly Index[])[], scope: Scope): void {
  const { loop, placement } = all;
  const position = all.order[depth];
  if (position === undefined) {
    writeCells(loop, placement, cells, scope);
    return;
  }
  const axis = loop.axes[position]!;
  let done = 0;
  for (const { cells: size, lanes } of all.steps(position)) {
    const first = done;
    const count = Math.floor((axis.extent - first) / size);
    done += count * size;
    const next = (inner: Scope, start: Index): void => {
      const lane = { key: `${axis.key}l`, extent: LANES };
      if (lanes) inner.bindLanes(lane.key, literal(0, 'int32'));
      const step = lanes ? LANES : 1;
      const indices = Array.from({ length: size / step }, (_, i) => start.plus(i * step).plus(lanes ? Index.axis(lane) : 0));
      const moved = cells.flatMap((cell) => indices.map((index) => cell.with(position, index)));
      nest(all, depth + 1, moved, inner);
    };
    if (count === 1) {
      const inner = new Scope(scope);
      next(inner, Index.of(first));
      scope.statements.push(...inner.statements);
    } else if (count > 1) {
      const outer = count === axis.extent ? axis : { key: `${axis.key}t${first}`, extent: count };
      placement.loop(scope, literal(count, 'int32'), !loop.ordered.has(axis.key), (inner, counter) => {
        inner.bind(outer.key, counter);
        next(inner, Index.axis(outer).times(size).plus(first));
      });
    }
  }
}

/** Computes all values of a tile before it stores any. */
function writeCells(loop: Loop, placement: Placement, cells: readonly (readonly Index[])[], scope: Scope): void {
  const stores = cells.flatMap((cell) => loop.stores(cell));
  placement.together(
    stores.map((store) => store.value),
    () => {
      const values = stores.map((store) => placement.value(store.value, scope));
      stores.forEach(({ buffer, address, accumulate }, i) => {
        const at = placement.address(address, scope);
        scope.statements.push({ kind: 'store', buffer, ...at, value: values[i]!, accumulate });
      });
    },
  );
}
