import type { DType } from '../tensor/dtype.js';
import type { LANES } from './statement.js';

/** What a backend says it can do; passes, fusion and placement read only this. */
export interface Target {
  readonly dtypes: ReadonlySet<DType>;
  /** `kernels`: instructions are placed loops. `ops`: one instruction per op, unfused, for backends that interpret. */
  readonly instructions: 'kernels' | 'ops';
  /** Composites by name that the backend runs whole. */
  readonly keeps: ReadonlySet<string>;
  /** Are sums of float32 accumulated in float64? */
  readonly wideSums: boolean;
  /** How many neighbours are computed side by side: 1, or `LANES`. */
  readonly lanes: 1 | typeof LANES;
  /** The most scalar statements in one kernel; longer chains are cut. */
  readonly statements: number;
  /** Cells of a contraction computed together: along an axis of its first operand, and of its second. */
  readonly tile: readonly [rows: number, columns: number];
  /** Where values are: typed arrays of this process, on which hand-written kernels for `host` run, or elsewhere. */
  readonly memory: 'host' | 'device';
  /** Bytes that every slot's offset is a multiple of. */
  readonly alignment: number;
}
