import { canonicalText } from './canonical.js';
import { productIn, replaced } from './contraction.js';
import { writeCopy } from './dense.js';
import type { Expr } from './expression.js';
import type { Axis } from './indices.js';
import { Index } from './indices.js';
import { expressionsOf } from './inspect.js';
import type { Loop, Nest, Store } from './loop.js';
import { piecesOf } from './pieces.js';
import { Placement } from './placement.js';
import type { Procedure } from './procedure.js';
import { literal, Scope } from './scope.js';
import { hasLanes, type Kernel, type KernelBuffer, LANES, type Operand, type Stmt } from './statement.js';
import type { KernelLimits } from './target.js';
import { type Step, Tiling } from './tiling.js';
import { withoutUnused } from './unused.js';

export interface PlaceOptions {
  /** Are sums and products of float32 accumulated in float64? */
  readonly wideSums: boolean;
  /** How many neighbours are computed side by side: 1, or `LANES`. */
  readonly lanes?: 1 | typeof LANES;
  /** Rows and columns of a contraction that are computed together. */
  readonly tile?: readonly [rows: number, columns: number];
  /** What kernels may not be: where they write one value, they have one loop. */
  readonly limits?: KernelLimits;
}

/**
 * Makes statements of loops, once for all targets: every value stands in the outermost scope that binds its free axes, equal values
 * are computed once, guards are branches, reductions over equal axes share their loops, tiles are cells side by side.
 *
 * With `wideSums`, sums and products of float32 accumulate in float64 (the products inside a sum are exact there) and are rounded once.
 * Long sums of floats are added up in blocks. The order of additions follows from the extents alone.
 *
 * @example
 * const b = new Builder();
 * const double = nestOf({
 *   axes: [{ key: 'i', extent: 3 }],
 *   order: [0],
 *   ordered: new Set(),
 *   stores: ([i]) => [{ buffer: 1, address: i!, value: b.load(0, 'float32', i!).mul(b.constant(2, 'float32')), accumulate: false }],
 *   tile: new Map(),
 * });
 * const kernel = place(
 *   double,
 *   [
 *     { dtype: 'float32', length: 3, access: 'read' },
 *     { dtype: 'float32', length: 3, access: 'write' },
 *   ],
 *   { wideSums: true },
 * );
 */
export function place(nest: Nest, buffers: readonly KernelBuffer[], options: PlaceOptions): Kernel {
  const { wideSums, lanes = 1, tile = [1, 1], limits } = options;
  const { shared, stages, rows, fill } = nest;
  const placement = new Placement(buffers, rows, { wideSums, lanes: lanes > 1 });
  const top = new Scope(null);
  for (const { buffer, value } of fill) top.statements.push({ kind: 'fill', buffer, value });
  const writeStages = (scope: Scope): void => {
    for (const { values, loop } of stages) {
      placement.together(values, () => {
        for (const value of values) placement.value(value, scope);
      });
      if (loop.axes.some((axis) => axis.extent === 0)) continue;
      for (const piece of limits?.stores === 1 ? [loop] : piecesOf(loop)) {
        const tiling = new Tiling(piece, lanes > 1, tile, placement.nextPanel);
        new LoopWriter(tiling, placement).write(scope);
      }
    }
  };
  const write = (scope: Scope, [axis, ...inside]: readonly Axis[]): void => {
    if (!axis) writeStages(scope);
    else
      placement.loop(scope, literal(axis.extent, 'int32'), true, (inner, counter) => {
        inner.bind(axis.key, counter);
        write(inner, inside);
      });
  };
  if (shared.every((axis) => axis.extent > 0)) write(top, shared);
  return kernelOf(top.statements, placement.locals, buffers, placement.panels);
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
  return kernelOf(withoutUnused(procedure.body), procedure.locals, buffers, []);
}

function kernelOf(
  body: readonly Stmt[],
  locals: number,
  buffers: readonly KernelBuffer[],
  panels: readonly KernelBuffer[],
): Kernel {
  return { key: canonicalText(body, buffers, panels), buffers, panels, body, locals };
}

/** What is computed together at one index of a kernel's axes. */
interface Cell {
  readonly at: readonly Index[];
  /** Where its column is in the panel; −1 without one. */
  readonly column: number;
  /** How many of its lanes, from the first on, were stored before. */
  readonly done: number;
}

/** A panel as it is at present: its number, and how many columns it holds. */
interface Panel {
  readonly buffer: number;
  readonly columns: number;
}

/** Writes the loops of a stage. */
class LoopWriter {
  readonly #loop: Loop;
  readonly #tiling: Tiling;
  readonly #placement: Placement;
  #panel: Panel | null = null;

  constructor(tiling: Tiling, placement: Placement) {
    this.#loop = tiling.loop;
    this.#tiling = tiling;
    this.#placement = placement;
  }

  write(scope: Scope): void {
    for (const { dtype, length } of this.#tiling.copies) this.#placement.panel(dtype, length);
    this.#descend(0, [{ at: this.#loop.axes.map(Index.axis), column: -1, done: 0 }], scope);
  }

  /** The loops from `depth` inwards. */
  #descend(depth: number, cells: readonly Cell[], scope: Scope): void {
    for (const copy of this.#tiling.copies)
      if (this.#tiling.depthOf(copy) === depth) writeCopy(this.#placement, copy, this.#loop, cells[0]!.at, scope);
    const position = this.#tiling.order[depth];
    if (position === undefined) {
      this.#writeCells(cells, scope);
      return;
    }
    const axis = this.#loop.axes[position]!;
    let done = 0;
    for (const step of this.#tiling.steps(position)) {
      const first = done;
      const count = Math.floor((axis.extent - first) / step.cells);
      done += count * step.cells;
      if (count === 1) {
        this.#placement.apart(scope, (inner) => this.#tile(depth, cells, inner, Index.of(first), step));
      } else if (count > 1) {
        const outer = count === axis.extent ? axis : { key: `${axis.key}t${first}`, extent: count };
        this.#placement.loop(scope, literal(count, 'int32'), !this.#loop.ordered.has(axis.key), (inner, counter) => {
          inner.bind(outer.key, counter);
          this.#tile(depth, cells, inner, Index.axis(outer).times(step.cells).plus(first), step);
        });
      }
    }
  }

  /** One tile along the axis at `depth`, from `start` on. */
  #tile(depth: number, cells: readonly Cell[], scope: Scope, start: Index, { offsets, lanes, done }: Step): void {
    const position = this.#tiling.order[depth]!;
    const isColumn = position === this.#tiling.laneAxis && this.#tiling.packing !== null;
    const lane = this.#laneOf(position);
    if (lanes) scope.bindLanes(lane.key, literal(0, 'int32'));
    const moved = cells.flatMap((cell) =>
      offsets.map((offset, i) => ({
        at: cell.at.with(position, start.plus(offset).plus(lanes ? Index.axis(lane) : 0)),
        column: isColumn ? i * LANES : cell.column,
        done: lanes && i === offsets.length - 1 ? done : cell.done,
      })),
    );
    if (isColumn) this.#pack(moved, position, start, offsets, scope);
    this.#descend(depth + 1, moved, scope);
  }

  /** The axis of the lanes along a position. */
  #laneOf(position: number): Axis {
    return { key: `${this.#loop.axes[position]!.key}l`, extent: LANES };
  }

  /** Copies what one tile of columns reads. */
  #pack(cells: readonly Cell[], position: number, start: Index, offsets: readonly number[], scope: Scope): void {
    const packing = this.#tiling.packing!;
    const length = packing.axes.reduce((size, { extent }) => size * extent, 1);
    const columns = offsets.length * LANES;
    const { at } = cells[0]!;
    const single = Array.from({ length: columns }, (_, column) => {
      const offset = offsets[Math.floor(column / LANES)]! + (column % LANES);
      return { at: at.with(position, start.plus(offset)), column };
    });
    const factors = (packing.lanes ? cells : single).map((cell) => {
      const [store] = this.#loop.stores(cell.at);
      return { column: cell.column, value: productIn(store!.value)!.factors[packing.factor] };
    });
    const buffer = this.#panel?.buffer ?? this.#placement.panel(factors[0]!.value.dtype, length * columns);
    this.#panel = { buffer, columns };
    const write = (inner: Scope, axes: readonly Axis[]): void => {
      const [axis, ...rest] = axes;
      if (axis) {
        this.#placement.loop(inner, literal(axis.extent, 'int32'), false, (within, counter) => {
          within.bind(axis.key, counter);
          write(within, rest);
        });
        return;
      }
      for (const { column, value } of factors) {
        const operand = this.#placement.value(value, inner);
        const address = this.#placement.address(this.#addressIn(column, packing.lanes), inner);
        inner.statements.push({ kind: 'store', buffer, ...address, value: operand, accumulate: false });
      }
    };
    // What guards depend on outside, so that they are decided there.
    const guarded = guardedAxes(factors.map(({ value }) => value));
    const isGuarded = (axis: Axis): boolean => guarded.has(axis.key);
    write(scope, [...packing.axes.filter(isGuarded), ...packing.axes.filter((axis) => !isGuarded(axis))]);
  }

  /** Where the panel holds a column, at the present point of the sum. */
  #addressIn(column: number, lanes: boolean): Index {
    const { packing, laneAxis } = this.#tiling;
    const at = packing!.axes.reduce((sum, axis) => sum.times(axis.extent).plus(Index.axis(axis)), Index.of(0));
    return at
      .times(this.#panel!.columns)
      .plus(column)
      .plus(lanes ? Index.axis(this.#laneOf(laneAxis)) : 0);
  }

  /** The stores of a cell, with the panel in the place of what it is a copy of. */
  #storesOf({ at, column }: Cell): readonly Store[] {
    const stores = this.#loop.stores(at);
    const { packing } = this.#tiling;
    if (!packing || column < 0) return stores;
    const { sum, factors } = productIn(stores[0]!.value)!;
    const factor = factors[packing.factor];
    const { builder, dtype } = factor;
    const copy = builder.load(this.#panel!.buffer, dtype, this.#addressIn(column, true));
    const terms = (sum.is as Extract<Expr['is'], { kind: 'reduce' }>).body;
    const packed = builder.reduce('sum', packing.axes, replaced(terms, factor, copy));
    return stores.map((store) => ({ ...store, value: replaced(store.value, sum, packed) }));
  }

  /** Computes all values of a tile before it stores any. */
  #writeCells(cells: readonly Cell[], scope: Scope): void {
    const placement = this.#placement;
    const stores = cells.flatMap((cell) => this.#storesOf(cell).map((store) => ({ ...store, done: cell.done })));
    placement.together(
      stores.map((store) => store.value),
      () => {
        const values = stores.map((store) => placement.value(store.value, scope));
        stores.forEach((store, i) => {
          this.#store(store, values[i]!, scope);
        });
      },
    );
  }

  #store({ buffer: name, address, accumulate, done }: Store & Pick<Cell, 'done'>, value: Operand, scope: Scope): void {
    const placement = this.#placement;
    const buffer = placement.number(name);
    if (done === 0) {
      scope.statements.push({ kind: 'store', buffer, ...placement.address(address, scope), value, accumulate });
      return;
    }
    const lane = this.#laneOf(this.#tiling.laneAxis);
    for (let i = done; i < LANES; i++) {
      const at = placement.address(address.substitute(new Map([[lane.key, Index.of(i)]])), scope);
      const one = hasLanes(value) ? placement.emit(scope, 'lane', value.type, [value, literal(i, 'int32')]) : value;
      scope.statements.push({ kind: 'store', buffer, ...at, value: one, accumulate });
    }
  }
}

/** The axes that guards in some values depend on. */
function guardedAxes(values: readonly Expr[]): ReadonlySet<string> {
  const conditions = expressionsOf(values).flatMap(({ is }) => (is.kind === 'guard' ? is.conditions : []));
  return new Set(conditions.flatMap(([index]) => [...index.axes]));
}
