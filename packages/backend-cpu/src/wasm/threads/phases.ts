import type { Instruction, Kernel, TypedArray } from '@tapegrad/core';
import { hostFunctionOf, isInMath } from '../imports.js';
import { everyStatement } from '../statements.js';
import { type Division, divide, workOf } from './division.js';

/** What threads cost, in the unit of `workOf`. */
export interface Costs {
  /** Of meeting once. */
  readonly barrier: number;
  /** Of waking those who take part in a run. */
  readonly waking: number;
}

/**
 * A statement takes about a tenth of a nanosecond. A barrier takes a microsecond where all come at once, and more where they do not; waking
 * a thread takes some fifty.
 */
export const COSTS: Costs = { barrier: 30_000, waking: 300_000 };

/** Bytes that are moved in the time of one statement. */
const BYTES = 2;

/** How the instructions of a tape are run by several threads. */
export interface Phases {
  /** By instruction: how its kernel is divided; `true` for a copy that is; null where one thread runs it. */
  readonly divisions: readonly (Division | true | null)[];
  /** The instructions before which all threads meet; the number of instructions stands for the end. */
  readonly barriers: ReadonlySet<number>;
}

/**
 * Decides which instructions all threads run together, by what each would save, and where they must meet: between two instructions of
 * which one touches what the other writes, unless one thread runs both. Null where threads do not pay.
 */
export function phasesOf(
  instructions: readonly Instruction[],
  views: readonly TypedArray[],
  { kernelOf, threads, costs = COSTS }: PhaseOptions,
): Phases | null {
  const shared = new Map<Kernel, Shared>();
  const sharedOf = (kernel: Kernel): Shared => {
    let known = shared.get(kernel);
    if (!known) {
      known = share(kernel, threads, costs);
      shared.set(kernel, known);
    }
    return known;
  };
  let saved = 0;
  const divisions = instructions.map((instruction) => {
    const { division, saving } =
      instruction.kind === 'kernel' ? sharedOf(kernelOf(instruction.kernel)) : shareOther(instruction, threads);
    if (!division || saving < costs.barrier || readsWhatIsWritten(instruction, division, views)) return null;
    saved += saving - costs.barrier;
    return division;
  });
  return saved < costs.waking ? null : { divisions, barriers: barriersOf(instructions, divisions, views) };
}

export interface PhaseOptions {
  /** A kernel as it is printed. */
  readonly kernelOf: (kernel: Kernel) => Kernel;
  readonly threads: number;
  readonly costs?: Costs;
}

/** How several threads can run an instruction, and what that saves. */
interface Shared {
  readonly division: Division | true | null;
  readonly saving: number;
}

const ALONE: Shared = { division: null, saving: 0 };

function share(kernel: Kernel, threads: number, { barrier }: Costs): Shared {
  const work = workOf(kernel.body);
  const division = work < barrier || callsAway(kernel) ? null : divide(kernel, threads);
  return division ? { division, saving: work - division.work } : ALONE;
}

function shareOther({ kind, bytes }: Instruction, threads: number): Shared {
  return kind === 'copy' ? { division: true, saving: (bytes / BYTES) * (1 - 1 / threads) } : ALONE;
}

/** Does it call functions that only the main thread has? */
function callsAway({ body }: Kernel): boolean {
  let away = false;
  everyStatement(body, (statement) => {
    const name = statement.kind === 'let' ? hostFunctionOf(statement.op, statement.type) : null;
    away ||= name !== null && !isInMath(name);
  });
  return away;
}

/** Do all threads read what one of them writes in the meantime? A result may lie where an operand does. */
function readsWhatIsWritten(instruction: Instruction, division: Division | true, views: readonly TypedArray[]): boolean {
  if (instruction.kind !== 'kernel' || division === true) return false;
  const written = instruction.writes.map(({ id }) => rangeOf(views[id]!));
  return instruction.slots.some(({ id }, buffer) => {
    return division.read.has(buffer) && written.some((range) => overlap(range, rangeOf(views[id]!)));
  });
}

type Range = readonly [begin: number, end: number];

function rangeOf({ byteOffset, byteLength }: TypedArray): Range {
  return [byteOffset, byteOffset + byteLength];
}

function overlap([a, b]: Range, [c, d]: Range): boolean {
  return a < d && c < b;
}

/** What the instructions since the last barrier touch. */
class Touched {
  readonly #read: Range[] = [];
  readonly #written: Range[] = [];

  get isEmpty(): boolean {
    return this.#read.length + this.#written.length === 0;
  }

  /** Must whoever reads and writes this wait? */
  conflicts(reads: readonly Range[], writes: readonly Range[]): boolean {
    const meets = (some: readonly Range[], others: readonly Range[]): boolean =>
      some.some((range) => others.some((other) => overlap(range, other)));
    return meets(writes, this.#read) || meets(writes, this.#written) || meets(reads, this.#written);
  }

  add(reads: readonly Range[], writes: readonly Range[]): void {
    this.#read.push(...reads);
    this.#written.push(...writes);
  }
}

function barriersOf(
  instructions: readonly Instruction[],
  divisions: readonly (Division | true | null)[],
  views: readonly TypedArray[],
): Set<number> {
  const barriers = new Set<number>();
  let byAll = new Touched();
  let byOne = new Touched();
  instructions.forEach((instruction, i) => {
    const [reads, writes] = [instruction.reads, instruction.writes].map((slots) => slots.map(({ id }) => rangeOf(views[id]!)));
    const divided = divisions[i] !== null;
    if (byAll.conflicts(reads!, writes!) || (divided && byOne.conflicts(reads!, writes!))) {
      barriers.add(i);
      byAll = new Touched();
      byOne = new Touched();
    }
    (divided ? byAll : byOne).add(reads!, writes!);
  });
  if (!byAll.isEmpty) barriers.add(instructions.length);
  return barriers;
}
