import { type ArrayExecutable, HostSession, type Tape } from '@tapegrad/core';
import { loadFunctions } from '../functions/library.js';
import { compileTapeToWasm } from './compile.js';
import { WasmHeap } from './memory.js';
import type { Arithmetic } from './print.js';
import type { Costs } from './threads/phases.js';
import { Team } from './threads/team.js';

export interface SessionOptions {
  readonly arithmetic: Arithmetic;
  readonly threads: number;
  /** What threads cost, where that is not as usual. */
  readonly costs?: Costs;
}

/** Before its first program that calls a function of float64, it loads these. */
class WasmSession extends HostSession {
  override load(tape: Tape): ArrayExecutable | Promise<ArrayExecutable> {
    const kernels = tape.instructions.flatMap((instruction) => (instruction.kind === 'kernel' ? [instruction.kernel] : []));
    return loadFunctions(kernels)?.then(() => super.load(tape)) ?? super.load(tape);
  }
}

/** The memory of one machine, and the threads that work on it. */
export function openSession({ threads, ...options }: SessionOptions): HostSession {
  const heap = new WasmHeap(threads);
  const { memory } = heap;
  const team = threads > 1 ? new Team(memory, threads) : null;
  const end = (): void => team?.dispose();
  return new WasmSession((tape, views) => compileTapeToWasm(tape, views, { ...options, memory, team }), heap, end);
}
