import type { Backend } from '@tapegrad/core';
import type { Float } from '../oracle/program.js';

/** Why a case that a backend fails is none of its failures. */
export interface Excuse {
  /** Groups and cases that it covers, as `group: id`. */
  readonly cases: RegExp;
  readonly reason: string;
}

/** A backend that is held to the suite. */
export interface Subject {
  readonly name: string;
  readonly open: () => Backend;
  readonly floats: readonly Float[];
  readonly excuses?: readonly Excuse[];
  /** What runs may leave no more of: tensors, buffers, bytes. */
  readonly held?: () => number;
  /** Takes the device away from all machines that have it. */
  readonly lose?: () => void;
}

/** A subject whose target says which floats it has. */
export function subjectOf(name: string, open: () => Backend, more: Pick<Subject, 'excuses' | 'held' | 'lose'> = {}): Subject {
  const { dtypes } = open().target;
  return { name, open, floats: (['float32', 'float64'] as const).filter((float) => dtypes.has(float)), ...more };
}
