import type { Node } from '../graph/node.js';
import type { HostKernel } from '../graph/op.js';
import type { Kernel } from '../loops/statement.js';
import type { DType, TypedArray } from '../tensor/dtype.js';

/** A range of memory: in the scratch block by offset, or a state or constant of its own. */
export interface Slot {
  /** Its position in `tape.slots`. */
  readonly id: number;
  /** Whose value it holds. Two slots of one place hold the old and the new value of a state. */
  readonly node: Node;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly length: number;
  readonly place:
    | { readonly kind: 'scratch'; readonly offset: number }
    | { readonly kind: 'state'; readonly name: string }
    | { readonly kind: 'constant'; readonly values: TypedArray };
}

interface Cost {
  /** The nodes whose values it computes, oldest first; empty for a copy. */
  readonly nodes: readonly Node[];
  readonly reads: readonly Slot[];
  readonly writes: readonly Slot[];
  /** Bytes that it reads and writes at least, and scalar operations. */
  readonly bytes: number;
  readonly flops: number;
  /** Why it is issued again, where an earlier one has computed the same. */
  readonly again?: string;
}

/** One entry of a tape. `slots[i]` is the memory of the kernel's buffer `i`. */
export type Instruction = Cost &
  (
    | { readonly kind: 'kernel'; readonly kernel: Kernel; readonly slots: readonly Slot[] }
    /** A hand-written kernel of the op. */
    | { readonly kind: 'routine'; readonly run: HostKernel; readonly node: Node }
    /** One op, for backends that interpret. */
    | { readonly kind: 'op'; readonly node: Node }
    /** Commits an update to its state. */
    | { readonly kind: 'copy' }
  );

/** An input, output or state of a tape: its name, its memory, and the node whose value it is. An output may have another shape than its slot. */
export interface Named {
  readonly name: string;
  readonly slot: Slot;
  readonly node: Node;
}

/** The compiled, linear form of a program: instructions over planned memory. */
export interface Tape {
  readonly instructions: readonly Instruction[];
  readonly slots: readonly Slot[];
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  /** Every state that the tape reads or writes. */
  readonly states: readonly Named[];
  /** Names of the states that it updates. */
  readonly updated: ReadonlySet<string>;
  readonly scratchBytes: number;
  /** Where each node of the program went, and why it is in memory: by node of the specialised graph. */
  readonly notes: ReadonlyMap<Node, string>;
}
