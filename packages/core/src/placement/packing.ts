import { productIn, replaced, strideOf } from '../loops/contraction.js';
import type { Loop, Store } from '../loops/loop.js';
import { LANES, PANEL_BYTES } from '../loops/statement.js';
import { bytesOf, isFloat } from '../tensor/dtype.js';
import { type Level, levelsOf } from './blocks.js';
import { suitsLanes } from './lanes.js';
import { depthOf, isLong, lengthOfBlock } from './sum-blocks.js';

/** A panel is worth while where it is read for this many rows; for so few, where lanes are out of the question without it. */
const ROWS = 16;
const FEW_ROWS = 4;
/** Rows are worth a panel of their own where so many columns read it. */
const COLUMNS = 32;
/** What is read in place for one tile of columns after another stays in the cache up to so many bytes; of rows that lie across, fewer. */
export const NEAR_BYTES = 1048576;
const ACROSS_BYTES = 32768;
/** The blocks of the sum are so many times longer than where sums stay in registers: they are read from memory and written again for each. */
const SUMMED_TOGETHER = 4;
/** So many blocks, for threads to divide; they have no fewer rows or columns than `LEAST` for that. */
const BLOCKS = 8;
const LEAST = 32;

/** How a product reads one of its factors. */
export interface Side {
  readonly factor: 0 | 1;
  /** The position of the axis that only this factor varies with: of columns, or of rows. */
  readonly position: number;
  /** How many of them are one block. */
  readonly size: number;
  /** Is it copied for each block, in the order in which it is read? */
  readonly packed: boolean;
  /** Are neighbours copied side by side? */
  readonly lanes: boolean;
}

/**
 * How a sum of products is computed in blocks, as by Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008: what a
 * block of columns reads is copied into a panel that stays in the cache; what a block of rows reads, too, where its neighbours lie far apart.
 */
export interface Packing {
  /** The loops of the sum, over the axes along which rows are neighbours last. */
  readonly levels: readonly Level[];
  readonly columns: Side;
  readonly rows: Side;
}

export interface PackingOptions {
  /** Rows and columns that are computed together. */
  readonly tile: readonly [rows: number, columns: number];
  /** Are sums of float32 accumulated in float64? */
  readonly wideSums: boolean;
}

/** What to pack of the sum of products in a kernel's first store, if it pays; `column` is the position of the axis of the lanes. */
export function packingOf(
  stores: readonly Store[],
  loop: Loop,
  column: number,
  { tile, wideSums }: PackingOptions,
): Packing | null {
  const lane = loop.axes[column]!;
  const product = productIn(stores[0]?.value);
  const sum = product?.sum.is;
  if (!product || sum?.kind !== 'reduce' || sum.combine !== 'sum' || sum.body.is.kind !== 'scalar' || sum.body.is.op !== 'mul')
    return null;
  const factor = product.factors.findIndex(({ axes }) => axes.has(lane.key));
  if (factor !== 0 && factor !== 1) return null;
  const packed = product.factors[factor]!;
  const other = product.factors[1 - factor]!;
  if (other.axes.has(lane.key)) return null;
  const row = loop.axes.findLastIndex(({ key }) => other.axes.has(key) && !packed.axes.has(key));
  const values = stores.map(({ value }) => value);
  const enough = suitsLanes(values, lane.key) === 'parts' ? FEW_ROWS : ROWS;
  const axes = [...product.axes].sort((a, b) => strideOf(other, b) - strideOf(other, a));
  const levels = levelsOf(axes, isFloat(product.sum.dtype) && !wideSums, SUMMED_TOGETHER);
  if (row < 0 || loop.axes[row]!.extent < enough) return null;
  const length = lengthOfBlock(levels);
  const bytes = bytesOf(packed.dtype);
  if (length < LANES || length * tile[1] * bytes > PANEL_BYTES) return null;
  const stand = packed.builder.constant(0, packed.dtype);
  const rest = values.map((value) => replaced(value, packed, stand));
  if (suitsLanes(rest, lane.key) === 'parts') return null;
  const rowAxis = loop.axes[row]!;
  const across = suitsLanes([other], rowAxis.key) === 'straight';
  const otherBytes = rowAxis.extent * product.axes.reduce((count, { extent }) => count * extent, bytesOf(other.dtype));
  const packsRows = across && lane.extent >= COLUMNS && otherBytes > ACROSS_BYTES;
  const isSmall = !isLong(levels) && !packsRows && otherBytes <= NEAR_BYTES;
  const sizes = isSmall
    ? { columns: tile[1], rows: rowAxis.extent }
    : blockSizes({
        columns: lane.extent,
        rows: rowAxis.extent,
        bytes,
        length,
        tile,
        packsRows,
        sums: Math.max(depthOf(levels), 1),
      });
  return {
    levels,
    columns: { factor, position: column, size: sizes.columns, packed: true, lanes: suitsLanes([packed], lane.key) !== 'parts' },
    rows: { factor: factor === 0 ? 1 : 0, position: row, size: sizes.rows, packed: packsRows, lanes: across },
  };
}

interface Extents {
  readonly columns: number;
  readonly rows: number;
  readonly bytes: number;
  readonly length: number;
  readonly tile: readonly [rows: number, columns: number];
  readonly packsRows: boolean;
  /** How many sums of each cell there are in memory. */
  readonly sums: number;
}

/** As many columns, and rows, as a panel holds what they read of, and a third one the sums of all of them. */
function blockSizes({ columns, rows, bytes, length, tile, packsRows, sums }: Extents): { columns: number; rows: number } {
  let across = evenly(columns, PANEL_BYTES / (length * bytes), tile[1]);
  const most = PANEL_BYTES / (Math.ceil(across / LANES) * LANES * bytes * sums);
  let down = evenly(rows, packsRows ? Math.min(PANEL_BYTES / (length * bytes), most) : most, tile[0]);
  while (Math.ceil(columns / across) * Math.ceil(rows / down) < BLOCKS && Math.max(across, down) >= 2 * LEAST) {
    if (across > down) across = evenly(columns, across / 2, tile[1]);
    else down = evenly(rows, down / 2, tile[0]);
  }
  return { columns: across, rows: down };
}

/** The size of parts of an extent that are as large as each other, nearly, and whole tiles. */
function evenly(extent: number, most: number, tile: number): number {
  const count = Math.ceil(extent / Math.max(Math.floor(most / tile) * tile, tile));
  return Math.min(Math.ceil(extent / count / tile) * tile, extent);
}
