import type { DType } from 'tapegrad';
import type { Adapter } from '../adapter.js';
import type { Timing } from '../measure.js';
import type { Work } from './work.js';

/** A backend that is compared. */
export interface Contender {
  readonly system: string;
  readonly threads: number;
  /** What it runs on, where that is not this process. */
  readonly adapter: Adapter | null;
}

/** What is kept of a work on one backend. */
export interface KernelRecord
  extends Timing,
    Pick<Work, 'kind' | 'operation' | 'dtype' | 'shapes' | 'elements' | 'bytes' | 'flops'> {
  readonly runsPerSecond: number;
  /** GB/s; null where nothing is moved. */
  readonly bandwidth: number | null;
  /** GFLOP/s; null where bytes are what counts. */
  readonly arithmetic: number | null;
  /** The greatest difference to the result in float64, over the greatest magnitude in that. */
  readonly error: number;
}

/** Work that a backend has no figure for. */
export interface Omission {
  readonly operation: string;
  readonly dtype: DType;
  readonly shapes: string;
  readonly system: string;
  readonly threads: number;
  readonly reason: string;
  /** Is that a defect, and not a limit that the backend states? */
  readonly defect: boolean;
}

/** A comparison, whole. */
export interface Comparison {
  readonly machine: string;
  readonly contenders: readonly Contender[];
  readonly records: readonly KernelRecord[];
  readonly omissions: readonly Omission[];
  /** Backends that are not to be had, each with the reason. */
  readonly missing: readonly string[];
}
