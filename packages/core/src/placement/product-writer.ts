import { type Product, productIn, replaced } from '../loops/contraction.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import type { Loop } from '../loops/loop.js';
import { LANES } from '../loops/statement.js';
import { substitute } from '../loops/substitute.js';
import { type Cell, laneOf, repeat, writeStores } from './cells.js';
import type { Packing, Side } from './packing.js';
import { eachTile, Panel, type Part, partsOf, READY, slotsOf, type Tile } from './panel.js';
import type { Placement } from './placement.js';
import { literal, type Scope } from './scope.js';
import { depthOf, eachSumBlock, isLong, lengthOfBlock, type SumBlock } from './sum-blocks.js';
import type { Tiling } from './tiling.js';

/** A block of rows or of columns. */
interface Block {
  readonly axis: Axis;
  readonly start: Index;
  readonly parts: readonly Part[];
}

/** A cell of a tile, and the numbers of its row and column in it. */
interface TileCell extends Cell {
  readonly row: number;
  readonly column: number;
}

/** The sum of products that stands in the place of all of it for a cell. */
type SumOf = (product: Product, row: Tile, column: Tile, cell: TileCell) => Expr;

/** Writes the loops of a product that reads panels: blocks of its columns, blocks of its rows, blocks of the sum, and tiles in these. */
export class ProductWriter {
  readonly #loop: Loop;
  readonly #tiling: Tiling;
  readonly #packing: Packing;
  readonly #placement: Placement;
  readonly #plain: readonly Index[];
  readonly #columns: Panel;
  readonly #rows: Panel | null;

  constructor(tiling: Tiling, packing: Packing, placement: Placement) {
    this.#loop = tiling.loop;
    this.#tiling = tiling;
    this.#packing = packing;
    this.#placement = placement;
    this.#plain = tiling.loop.axes.map(Index.axis);
    this.#columns = this.#panelOf(packing.columns);
    this.#rows = packing.rows.packed ? this.#panelOf(packing.rows) : null;
  }

  write(scope: Scope): void {
    const { order } = this.#tiling;
    const { columns, rows, levels } = this.#packing;
    const outside = order.slice(0, order.indexOf(columns.position));
    const inside = order.slice(outside.length + 1).filter((position) => position !== rows.position);
    if (isLong(levels)) this.#writeLong([...outside, ...inside], scope);
    else this.#writeShort(outside, inside, scope);
  }

  /** All of the sum is one block: columns are copied once, and tiles stored as they are computed. */
  #writeShort(outside: readonly number[], inside: readonly number[], scope: Scope): void {
    const { columns, rows, levels } = this.#packing;
    const all = { axes: levels.flatMap((level) => (level.kind === 'loop' ? [level.axis] : [])), at: new Map() };
    this.#each(outside, scope, (around) => {
      this.#blocks(columns, around, (right, within) => {
        this.#fill(this.#columns, columns, right, all, within);
        this.#each(inside, within, (inner) => {
          this.#blocks(rows, inner, (left, innermost) => {
            if (this.#rows) this.#fill(this.#rows, rows, left, all, innermost);
            this.#tiles(left, right, innermost, (row, column, at) => {
              this.#store(row, column, this.#sumOf(all), at);
            });
          });
        });
      });
    });
  }

  /** Blocks of the sum are added up in memory, and tiles stored at the end. */
  #writeLong(others: readonly number[], scope: Scope): void {
    const { columns, rows, levels } = this.#packing;
    const { dtype } = this.#productAt(this.#plain).sum;
    const width = this.#slotsAcross();
    const sums = Array.from({ length: depthOf(levels) }, () => this.#placement.panel(dtype, width * rows.size));
    this.#each(others, scope, (around) => {
      this.#blocks(columns, around, (right, within) => {
        this.#blocks(rows, within, (left, inner) => {
          const begin = (sum: number, at: Scope): void => {
            at.statements.push({ kind: 'fill', buffer: sums[sum]!, value: 0 });
          };
          /** What is done with the sums of all tiles when they are complete. */
          const afterwards = (
            sum: number,
            at: Scope,
            write: (row: Tile, column: Tile, sumOf: SumOf, inner: Scope) => void,
          ): void => {
            const sumOf: SumOf = ({ sum: { builder } }, row, column, cell) =>
              builder.load(sums[sum]!, dtype, this.#addressOf(row, column, cell), READY);
            this.#tiles(left, right, at, (row, column, tile) => write(row, column, sumOf, tile));
          };
          begin(0, inner);
          eachSumBlock(this.#placement, levels, inner, {
            begin,
            block: (block, into, at) => {
              this.#fill(this.#columns, columns, right, block, at);
              if (this.#rows) this.#fill(this.#rows, rows, left, block, at);
              this.#tiles(left, right, at, (row, column, tile) => this.#add(sums[into]!, row, column, this.#sumOf(block), tile));
            },
            complete: (sum, into, at) => {
              afterwards(sum, at, (row, column, sumOf, tile) => this.#add(sums[into]!, row, column, sumOf, tile));
            },
          });
          afterwards(0, inner, (row, column, sumOf, tile) => this.#store(row, column, sumOf, tile));
        });
      });
    });
  }

  /** Loops over axes that are neither rows nor columns. */
  #each([position, ...rest]: readonly number[], scope: Scope, write: (inner: Scope) => void): void {
    if (position === undefined) {
      write(scope);
      return;
    }
    const { key, extent } = this.#loop.axes[position]!;
    this.#placement.loop(scope, literal(extent, 'int32'), true, (inner, counter) => {
      inner.bind(key, counter);
      this.#each(rest, inner, write);
    });
  }

  /** Loops over blocks of rows or columns; the last may be smaller. */
  #blocks(side: Side, scope: Scope, write: (block: Block, inner: Scope) => void): void {
    const axis = this.#axisOf(side);
    const { size } = side;
    const count = Math.floor(axis.extent / size);
    const [whole, rest] = this.#partsIn(side);
    repeat(this.#placement, scope, { key: `${axis.key}b`, count, size, parallel: true }, (inner, start) => {
      write({ axis, start, parts: whole! }, inner);
    });
    if (rest) this.#placement.apart(scope, (inner) => write({ axis, start: Index.of(count * size), parts: rest }, inner));
  }

  /** The tiles of a whole block, and of the rest that is left over, if there is one. */
  #partsIn({ position, size }: Side): (readonly Part[])[] {
    const { extent } = this.#loop.axes[position]!;
    const sizes = extent % size === 0 ? [size] : [size, extent % size];
    return sizes.map((cells) => partsOf(cells, this.#tiling.steps(position, cells)));
  }

  /**
   * Loops over the tiles of a block of rows and one of columns, for which panels are filled and sums are complete. What is read from a panel of
   * rows passes by a tile of columns.
   */
  #tiles(rows: Block, columns: Block, scope: Scope, write: (row: Tile, column: Tile, inner: Scope) => void): void {
    this.#placement.apart(scope, (ready) => {
      for (const key of READY) ready.bind(key, literal(0, 'int32'));
      this.#tilesIn(rows, columns, ready, write);
    });
  }

  #tilesIn(rows: Block, columns: Block, scope: Scope, write: (row: Tile, column: Tile, inner: Scope) => void): void {
    const along = (block: Block, within: Scope, then: (tile: Tile, inner: Scope) => void): void => {
      for (const part of block.parts) eachTile(this.#placement, within, block.axis, part, block.start, true, then);
    };
    const inLanes = (column: Tile, inner: Scope): void => {
      if (column.step.lanes) inner.bindLanes(laneOf(columns.axis).key, literal(0, 'int32'));
    };
    if (this.#rows) {
      along(columns, scope, (column, within) => {
        inLanes(column, within);
        along(rows, within, (row, inner) => write(row, column, inner));
      });
    } else {
      along(rows, scope, (row, within) => {
        along(columns, within, (column, inner) => {
          inLanes(column, inner);
          write(row, column, inner);
        });
      });
    }
  }

  #cellsOf(row: Tile, column: Tile): TileCell[] {
    const { columns, rows } = this.#packing;
    const { offsets, lanes, done } = column.step;
    const lane = lanes ? Index.axis(laneOf(this.#axisOf(columns))) : 0;
    return offsets.flatMap((across, i) =>
      row.step.offsets.map((down, j) => ({
        at: this.#plain.with(rows.position, row.start.plus(down)).with(columns.position, column.start.plus(across).plus(lane)),
        done: lanes && i === offsets.length - 1 ? done : 0,
        row: j,
        column: lanes ? i * LANES : i,
      })),
    );
  }

  /** The sums of cells over a block, which read panels instead of what they are copies of. */
  #sumOf(block: SumBlock): SumOf {
    const { columns, rows } = this.#packing;
    return ({ sum: { builder, dtype }, factors }, row, column, cell) => {
      const read = factors.map((factor) => substitute(factor, block.at));
      read[columns.factor] = this.#columns.load(factors[columns.factor], column, cell.column, block);
      if (this.#rows) read[rows.factor] = this.#rows.load(factors[rows.factor], row, cell.row, block);
      return builder.reduce('sum', block.axes, builder.scalar('mul', read, dtype));
    };
  }

  /** Stores the cells of a tile. */
  #store(row: Tile, column: Tile, sumOf: SumOf, scope: Scope): void {
    const stores = this.#cellsOf(row, column).flatMap((cell) => {
      const all = this.#loop.stores(cell.at);
      const product = productIn(all[0]!.value)!;
      const sum = sumOf(product, row, column, cell);
      return all.map((store) => ({ ...store, value: replaced(store.value, product.sum, sum), done: cell.done }));
    });
    writeStores(this.#placement, stores, this.#tiling.lane, scope);
  }

  /** Adds sums of the cells of a tile to those in memory. */
  #add(buffer: number, row: Tile, column: Tile, sumOf: SumOf, scope: Scope): void {
    const stores = this.#cellsOf(row, column).map((cell) => ({
      buffer,
      address: this.#addressOf(row, column, cell),
      value: sumOf(this.#productAt(cell.at), row, column, cell),
      accumulate: true,
      done: 0,
    }));
    writeStores(this.#placement, stores, this.#tiling.lane, scope);
  }

  /** Where the sums of a cell are in memory. */
  #addressOf(row: Tile, column: Tile, cell: TileCell): Index {
    const lane = column.step.lanes ? Index.axis(laneOf(this.#axisOf(this.#packing.columns))) : 0;
    return row.slot.plus(cell.row).times(this.#slotsAcross()).plus(column.slot).plus(cell.column).plus(lane);
  }

  /** The most slots that a block of columns has. */
  #slotsAcross(): number {
    return Math.max(...this.#partsIn(this.#packing.columns).map(slotsIn));
  }

  #productAt(at: readonly Index[]): Product {
    return productIn(this.#loop.stores(at)[0]!.value)!;
  }

  /** What is read at a position along the axis of a side. */
  #reading({ position, factor }: Side): (index: Index) => Expr {
    return (index) => this.#productAt(this.#plain.with(position, index)).factors[factor];
  }

  #fill(panel: Panel, side: Side, { parts, start }: Block, block: SumBlock, scope: Scope): void {
    panel.fill(parts, start, block, this.#reading(side), scope);
  }

  #panelOf(side: Side): Panel {
    const parts = this.#partsIn(side);
    const axis = this.#axisOf(side);
    const tiles = Math.max(...parts.map((part) => part.at(-1)!.tile + part.at(-1)!.count));
    const slots = Math.max(...parts.flat().map(({ step }) => slotsOf(step)));
    const { dtype } = this.#reading(side)(Index.axis(axis));
    const points = lengthOfBlock(this.#packing.levels);
    return new Panel(this.#placement, side, { axis, dtype, tiles, slots, points });
  }

  #axisOf({ position }: Side): Axis {
    return this.#loop.axes[position]!;
  }
}

/** How many slots the parts of a block have. */
function slotsIn(parts: readonly Part[]): number {
  return parts.reduce((sum, { count, step }) => sum + count * slotsOf(step), 0);
}
