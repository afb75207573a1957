import type { DType } from '../tensor/dtype.js';
import type { ScalarOp } from './expression.js';

/** How many neighbours along an axis a value with lanes holds. */
export const LANES = 4;

/**
 * A local variable of a kernel, or a literal number of a type. Locals are numbered over the whole kernel and assigned once, but for variables.
 * A local with `lanes` holds `LANES` values side by side; beside it, any other operand stands for as many equal ones.
 */
export type Operand =
  | { readonly local: number; readonly type: DType; readonly lanes?: true }
  | { readonly literal: number; readonly type: DType };

/**
 * Does it hold several values side by side?
 *
 * @example
 * const wide = hasLanes({ local: 0, type: 'float32', lanes: true }); // true
 */
export function hasLanes(operand: Operand): boolean {
  return 'local' in operand && operand.lanes === true;
}

/** Distances in elements, none negative and one of them 0. */
export type Pattern = readonly number[];

/** Operations that statements have beside those of expressions. */
type StatementOp =
  | 'floorDiv'
  | 'floorMod'
  | 'copy'
  | 'bits'
  | 'highWord'
  | 'lowWord'
  | 'fromWords'
  | 'copySign'
  | 'ramp'
  | 'lane'
  | 'any'
  | 'lesser'
  | 'greater';

/**
 * What a printer spells in its language and the interpreter defines. Index arithmetic is on int32 locals with the same scalar ops
 * (`div` and `rem` of indices are only emitted where both are non-negative; `floorDiv` and `floorMod` take any sign and a positive literal).
 * A parallel `for` has iterations that do not touch one another's cells; `accumulate` adds to the cell, only under an ordered axis.
 *
 * What has `lanes` computes `LANES` values: a `let` lane by lane, a `load` and a `store` of neighbours from the index on; a `load` whose index
 * has lanes gathers, and one with a `pattern` reads at these distances from the index, one for each lane. `bits` is a float32's pattern as
 * an int32, or the reverse. `highWord` and `lowWord` are the halves of a float64's pattern as int32, and `fromWords` puts these together;
 * `copySign` is the size of the first argument with the sign of the second, be it a zero; with that of a NaN it may be either. `ramp` is its argument plus 0, 1, 2, …; `lane` picks one of a value with lanes, and `any` tells whether a bool
 * holds in any of them. `lesser` and `greater` choose the second argument only where it is less, or greater: unlike `min` and `max` they drop
 * a NaN there, and do not order zeros.
 */
export type Stmt =
  | {
      readonly kind: 'let';
      readonly to: number;
      readonly type: DType;
      readonly op: ScalarOp | StatementOp;
      readonly args: readonly Operand[];
      readonly lanes?: true;
    }
  | { readonly kind: 'variable'; readonly to: number; readonly type: DType; readonly value: Operand; readonly lanes?: true }
  | { readonly kind: 'set'; readonly to: number; readonly type: DType; readonly value: Operand; readonly lanes?: true }
  | {
      readonly kind: 'load';
      readonly to: number;
      readonly type: DType;
      readonly buffer: number;
      readonly index: Operand;
      readonly offset: number;
      readonly lanes?: true;
      readonly pattern?: Pattern;
    }
  | {
      readonly kind: 'store';
      readonly buffer: number;
      readonly index: Operand;
      readonly offset: number;
      readonly value: Operand;
      readonly accumulate: boolean;
      readonly lanes?: true;
    }
  | { readonly kind: 'fill'; readonly buffer: number; readonly value: number }
  | {
      readonly kind: 'for';
      readonly to: number;
      readonly count: Operand;
      readonly parallel: boolean;
      readonly body: readonly Stmt[];
    }
  | { readonly kind: 'if'; readonly condition: Operand; readonly body: readonly Stmt[]; readonly otherwise: readonly Stmt[] };

/** The most bytes of a panel: a cache of the second level holds three. */
export const PANEL_BYTES = 262144;

/** The most bytes of all panels of a kernel: three, and some space between what lies in them. */
export const PANELS_BYTES = 3.25 * PANEL_BYTES;

/** A buffer that a kernel reads or writes: its dtype, its number of elements, and which. */
export interface KernelBuffer {
  readonly dtype: DType;
  readonly length: number;
  readonly access: 'read' | 'write' | 'readwrite';
}

/** A compiled form of one or several ops: statements over numbered buffers. Equal kernels have equal `key`, and are printed once. */
export interface Kernel {
  readonly key: string;
  readonly buffers: readonly KernelBuffer[];
  /**
   * Memory of its own while it runs, numbered after `buffers`: rows that its stages hand on, and copies of what it reads often, in the order in
   * which it reads them. What it reads there it has written before, in the same iteration of its outermost loops.
   */
  readonly panels: readonly KernelBuffer[];
  readonly body: readonly Stmt[];
  /** How many locals the body numbers. */
  readonly locals: number;
}
