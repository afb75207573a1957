import type { Node } from '../graph/node.js';
import type { Nest } from './loop.js';

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
  /** What it reads from memory that others have written. */
  readonly reads: ReadonlyMap<Node, readonly Access[]>;
  /** How each root is written. */
  readonly writes: ReadonlyMap<Node, Access>;
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
    reads,
    writes: new Map([[node, WHOLE]]),
    nest: null,
    buffers: [],
  };
}

/**
 * May a root be written over something of the same size that the unit reads? Only where every read comes before: at the written index in the
 * phase of the write, as all values at one index are computed before any is stored; in an earlier phase, in the same row.
 */
export function mayReplace(unit: Unit, x: Node, root: Node): boolean {
  const write = unit.writes.get(root)!;
  if (unit.kind !== 'loop' || unit.nest!.fill.length > 0) return false;
  return (unit.reads.get(x) ?? []).every(({ phase, address, row }) => {
    if (phase === write.phase) return address === write.address;
    return phase < write.phase && row !== null && row === write.row;
  });
}
