import type { Node } from '../graph/node.js';
import type { Nest } from '../loops/loop.js';

/** One access of a unit to memory. */
export interface Access {
  /** Accesses of smaller numbers are over before, at the same index of the axes that the stages of a kernel share. */
  readonly phase: number;
  /** The key of its index over the plain cell, or `WHOLE`. */
  readonly address: string;
  /** How the address tells the index of the shared axes: accesses of equal rows at different indices never meet. Null where it does not. */
  readonly row: string | null;
}

/** What one instruction of a tape will compute. */
export interface Unit {
  readonly kind: 'loop' | 'procedure' | 'routine' | 'op';
  /** The nodes that it puts in memory, oldest first. */
  readonly roots: readonly Node[];
  /** The nodes that its stages hand on in memory of the kernel's own. */
  readonly rows: readonly Node[];
  /** The roots that it reads again, in later stages than writes them. */
  readonly reread: ReadonlySet<Node>;
  /** All that it computes, the roots included, oldest first. */
  readonly computed: readonly Node[];
  /** What it writes straight into its place in a root, as products into that in a concatenation: by value the root. */
  readonly placed: ReadonlyMap<Node, Node>;
  /** What it reads from memory that others have written. */
  readonly reads: ReadonlyMap<Node, readonly Access[]>;
  /** How each root is written; in several stages, where each writes a part of it. */
  readonly writes: ReadonlyMap<Node, readonly Access[]>;
  /** Only where `kind` is 'loop'; its buffers by number. */
  readonly nest: Nest | null;
  readonly buffers: readonly Node[];
}

/** The address of what is read or written as a whole; it equals no index. */
const WHOLE: Access = { phase: 0, address: 'whole', row: null };

/** A unit that computes one node of all of its inputs. */
export function wholeUnit(kind: Exclude<Unit['kind'], 'loop'>, node: Node): Unit {
  const reads = new Map(node.inputs.map((x) => [x, [WHOLE]]));
  return {
    kind,
    roots: [node],
    rows: [],
    reread: new Set(),
    computed: [node],
    placed: new Map(),
    reads,
    writes: new Map([[node, [WHOLE]]]),
    nest: null,
    buffers: [],
  };
}

/**
 * May a root be written over something of the same size that the unit reads? Each of its elements is written once. So a read may be at the
 * written index in the phase of that write, as all values at one index are computed before any is stored; or in a phase before all writes, in
 * the same row.
 */
export function mayReplace(unit: Unit, x: Node, root: Node): boolean {
  if (unit.kind !== 'loop' || unit.nest!.fill.length > 0) return false;
  const writes = unit.writes.get(root)!;
  return (unit.reads.get(x) ?? []).every(
    ({ phase, address, row }) =>
      writes.some((write) => phase === write.phase && address === write.address) ||
      writes.every((write) => phase < write.phase && row !== null && row === write.row),
  );
}
