import { canonicalText } from '../loops/canonical.js';
import type { Axis } from '../loops/indices.js';
import { Index } from '../loops/indices.js';
import type { Loop, Nest } from '../loops/loop.js';
import type { Procedure } from '../loops/procedure.js';
import type { Kernel, KernelBuffer, LANES, Stmt } from '../loops/statement.js';
import { type Cell, cellsAlong, laneOf, repeat, writeStores } from './cells.js';
import { writeCopy } from './dense.js';
import { joinShortAxes } from './joined.js';
import { piecesOf } from './pieces.js';
import { Placement } from './placement.js';
import { ProductWriter } from './product-writer.js';
import { residuesOf } from './residues.js';
import { literal, Scope } from './scope.js';
import type { KernelLimits } from './target.js';
import { Tiling } from './tiling.js';
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
      const kept = placement.panels.asked.length;
      const whole = lanes > 1 ? joinShortAxes(loop) : loop;
      for (const piece of limits?.stores === 1 ? [whole] : residuesOf(whole).flatMap(piecesOf)) {
        placement.panels.release(kept);
        const tiling = new Tiling(piece, { lanes: lanes > 1, wideSums, tile }, placement.nextPanel);
        if (tiling.packing) new ProductWriter(tiling, tiling.packing, placement).write(scope);
        else new LoopWriter(tiling, placement).write(scope);
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
  const { body, panels } = placement.panels.placed(top.statements, buffers.length);
  return kernelOf(body, placement.locals, buffers, panels);
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

/** Writes the loops of a stage. */
class LoopWriter {
  readonly #loop: Loop;
  readonly #tiling: Tiling;
  readonly #placement: Placement;
  readonly #lane: Axis | null;

  constructor(tiling: Tiling, placement: Placement) {
    this.#loop = tiling.loop;
    this.#tiling = tiling;
    this.#placement = placement;
    this.#lane = tiling.lane;
  }

  write(scope: Scope): void {
    for (const { dtype, length } of this.#tiling.copies) this.#placement.panel(dtype, length);
    this.#descend(0, [{ at: this.#loop.axes.map(Index.axis), done: 0 }], scope);
  }

  /** The loops from `depth` inwards. */
  #descend(depth: number, cells: readonly Cell[], scope: Scope): void {
    for (const copy of this.#tiling.copies)
      if (this.#tiling.depthOf(copy) === depth) writeCopy(this.#placement, copy, this.#loop, cells[0]!.at, scope);
    const position = this.#tiling.order[depth];
    if (position === undefined) {
      const stores = cells.flatMap(({ at, done }) => this.#loop.stores(at).map((store) => ({ ...store, done })));
      writeStores(this.#placement, stores, this.#lane, scope);
      return;
    }
    const axis = this.#loop.axes[position]!;
    const parallel = !this.#loop.ordered.has(axis.key);
    let done = 0;
    for (const step of this.#tiling.steps(position)) {
      const first = done;
      const count = Math.floor((axis.extent - first) / step.cells);
      done += count * step.cells;
      const key = count === axis.extent ? axis.key : `${axis.key}t${first}`;
      repeat(this.#placement, scope, { key, count, size: step.cells, parallel }, (inner, start) => {
        if (step.lanes) inner.bindLanes(laneOf(axis).key, literal(0, 'int32'));
        this.#descend(depth + 1, cellsAlong(cells, position, start.plus(first), step, axis), inner);
      });
    }
  }
}
