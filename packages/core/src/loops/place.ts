import { canonicalText } from './canonical.js';
import { Index } from './indices.js';
import type { Loop } from './loop.js';
import { Placement } from './placement.js';
import type { Procedure } from './procedure.js';
import { literal, Scope } from './scope.js';
import type { Kernel, KernelBuffer, Stmt } from './statement.js';
import { withoutUnused } from './unused.js';

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
export function place(loop: Loop, buffers: readonly KernelBuffer[], options: { readonly wideSums: boolean }): Kernel {
  const placement = new Placement(buffers, { wideSums: options.wideSums, blockSums: loop.tile.size === 0 });
  const top = new Scope(null);
  for (const { buffer, value } of loop.fill) top.statements.push({ kind: 'fill', buffer, value });
  if (loop.axes.every((axis) => axis.extent > 0)) nest(loop, placement, 0, [loop.axes.map(Index.axis)], top);
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

/** The loops from `depth` inwards; `cells` are the indices of the cells of the tile that is computed together. */
function nest(loop: Loop, placement: Placement, depth: number, cells: readonly (readonly Index[])[], scope: Scope): void {
  const position = loop.order[depth];
  if (position === undefined) {
    writeCells(loop, placement, cells, scope);
    return;
  }
  const axis = loop.axes[position]!;
  const next = (inner: Scope, indices: readonly Index[]): void => {
    const moved = cells.flatMap((cell) => indices.map((index) => cell.with(position, index)));
    nest(loop, placement, depth + 1, moved, inner);
  };
  const tile = Math.min(loop.tile.get(axis.key) ?? 1, axis.extent);
  const tiles = Math.floor(axis.extent / tile);
  const inTile = (first: Index, count: number): Index[] => Array.from({ length: count }, (_, i) => first.plus(i));
  if (tiles === 1) next(scope, inTile(Index.of(0), tile));
  else {
    const outer = tile === 1 ? axis : { key: `${axis.key}t`, extent: tiles };
    placement.loop(scope, literal(tiles, 'int32'), !loop.ordered.has(axis.key), (inner, counter) => {
      inner.bind(outer.key, counter);
      next(inner, inTile(Index.axis(outer).times(tile), tile));
    });
  }
  const left = axis.extent - tiles * tile;
  if (left > 0) next(scope, inTile(Index.of(tiles * tile), left));
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
