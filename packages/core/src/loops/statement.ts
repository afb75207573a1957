import type { DType } from '../tensor/dtype.js';
import type { ScalarOp } from './expression.js';

/** A local variable of a kernel, or a literal number of a type. Locals are numbered over the whole kernel and assigned once, but for variables. */
export type Operand = { readonly local: number; readonly type: DType } | { readonly literal: number; readonly type: DType };

/**
 * What a printer spells in its language and the interpreter defines. Index arithmetic is on int32 locals with the same scalar ops
 * (`div` and `rem` of indices are only emitted where both are non-negative; `floorDiv` and `floorMod` take any sign and a positive literal).
 * A parallel `for` has iterations that do not touch one another's cells; `accumulate` adds to the cell, only under an ordered axis.
 */
export type Stmt =
  | {
      readonly kind: 'let';
      readonly to: number;
      readonly type: DType;
      readonly op: ScalarOp | 'floorDiv' | 'floorMod' | 'copy';
      readonly args: readonly Operand[];
    }
  | { readonly kind: 'variable'; readonly to: number; readonly type: DType; readonly value: Operand }
  | { readonly kind: 'set'; readonly to: number; readonly type: DType; readonly value: Operand }
  | {
      readonly kind: 'load';
      readonly to: number;
      readonly type: DType;
      readonly buffer: number;
      readonly index: Operand;
      readonly offset: number;
    }
  | {
      readonly kind: 'store';
      readonly buffer: number;
      readonly index: Operand;
      readonly offset: number;
      readonly value: Operand;
      readonly accumulate: boolean;
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
  readonly body: readonly Stmt[];
  /** How many locals the body numbers. */
  readonly locals: number;
}
