import type { Node } from '../graph/node.js';
import type { Nest } from './loop.js';

/** What one instruction of a tape will compute. */
export interface Unit {
  readonly kind: 'loop' | 'procedure' | 'routine' | 'op';
  /** The nodes that it puts in memory, oldest first. */
  readonly roots: readonly Node[];
  /** All that it computes, the roots included, oldest first. */
  readonly computed: readonly Node[];
  /** What it reads from memory, and at which addresses: keys of indices at the plain cell, or `WHOLE`. */
  readonly reads: ReadonlyMap<Node, ReadonlySet<string>>;
  /** The address at which each root is written, likewise. */
  readonly writes: ReadonlyMap<Node, string>;
  /** Only where `kind` is 'loop'; its buffers by number. */
  readonly nest: Nest | null;
  readonly buffers: readonly Node[];
}

/** The address of what is read or written as a whole; it equals no index. */
export const WHOLE = 'whole';
