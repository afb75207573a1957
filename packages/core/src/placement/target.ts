import type { Node } from '../graph/node.js';
import type { LANES } from '../loops/statement.js';
import type { DType } from '../tensor/dtype.js';

/** What kernels may be, where they may not be anything: for targets on which a thread computes one element, and writes nothing else. */
export interface KernelLimits {
  /** The most values that one kernel writes; where it is 1, a kernel has one loop, over the elements of its result. */
  readonly stores: number;
  /** The most buffers that one kernel reads. */
  readonly reads: number;
  /** May an element be computed after another, or be added to? Recurrences, scatters and procedures need it, or rules of their ops. */
  readonly ordered: boolean;
}

/**
 * Reductions to fewer results than `threads`, of more elements than `length` each, are done in stages: blocks of about so many elements first, which
 * threads divide, then what came of these. So are reductions to fewer results than `neighbours` that lie side by side, in blocks of as many
 * elements of all of them, and products of few results, in blocks of about so many terms. The blocks follow from the sizes alone, and not from
 * how many threads there are.
 */
export interface Stages {
  readonly length: number;
  readonly threads: number;
  /** Absent, results side by side are as others. */
  readonly neighbours?: number;
  /** Of products with at most so many results; absent, these are done as other reductions are. */
  readonly products?: { readonly results: number; readonly terms: number };
}

/** What a backend says it can do; passes, fusion and placement read only this. */
export interface Target {
  readonly dtypes: ReadonlySet<DType>;
  /** `kernels`: instructions are placed loops. `ops`: one instruction per op, unfused, for backends that interpret. */
  readonly instructions: 'kernels' | 'ops';
  /** Ops by name that the backend runs whole: composites among them are not expanded, others need no lowering. */
  readonly keeps: ReadonlySet<string>;
  /** Why a node is computed in this process and not on the device, in words that `explain` shows; null where it is not. */
  readonly hosted?: (node: Node) => string | null;
  /** Are sums of float32 accumulated in float64? */
  readonly wideSums: boolean;
  /** How many neighbours are computed side by side: 1, or `LANES`. */
  readonly lanes: 1 | typeof LANES;
  /** The most scalar statements in one kernel; longer chains are cut. */
  readonly statements: number;
  /** Cells of a contraction computed together: along an axis of its first operand, and of its second. */
  readonly tile: readonly [rows: number, columns: number];
  /** What kernels may not be; absent, they may be anything. */
  readonly limits?: KernelLimits;
  /** Which reductions are done in stages; absent, none is. */
  readonly stages?: Stages;
  /** Where values are: typed arrays of this process, on which hand-written kernels for `host` run, or elsewhere. */
  readonly memory: 'host' | 'device';
  /** Bytes that every slot's offset is a multiple of. */
  readonly alignment: number;
}
