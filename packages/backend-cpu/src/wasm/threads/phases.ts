import {
  bytesOf,
  everyStatement,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type Slot,
  type TypedArray,
} from '@tapegrad/core';
import { hostFunctionOf, isInMath } from '../imports.js';
import { type Division, divide, workOf } from './division.js';
import { overlap, type Range, rangeOf, Touched } from './touched.js';

/** What threads cost, in the unit of `workOf`. */
export interface Costs {
  /** Of a phase in which several threads take part. */
  readonly phase: number;
  /** Of waking those who take part in a run. */
  readonly waking: number;
}

/**
 * A statement takes about a tenth of a nanosecond. A phase takes a microsecond where all come at once, and more where they do not; waking a
 * thread takes some fifty.
 */
export const COSTS: Costs = { phase: 30_000, waking: 300_000 };

/** What taking a part costs. */
const PART = 2_000;
/** How many parts there may be for each thread, the most first: the more, the less all wait for one that is held up. */
const PARTS_PER_THREAD = [4, 2, 1];
/** How much longer more parts may take than fewer. */
const SLACK = 1.03;
/** The most instructions of one phase: parts are counted in 16 bits. */
const MOST = 64;
/** Bytes that are copied in the time of one statement. */
const BYTES = 2;

/** What is done in parts: the loops of a kernel, a copy, or zeros in the place of a buffer that a kernel will add to. */
type Sharing = { readonly parts: number } & (
  | { readonly kind: 'kernel'; readonly division: Division }
  | { readonly kind: 'copy' }
  | { readonly kind: 'zeros'; readonly buffer: number }
);

/** An instruction that is done in parts, or zeros that it needs. */
export type Parted = Sharing & { readonly instruction: number };

/** A stretch of a tape: what the main thread does alone, or parts of one or several instructions that all threads do, in any order. */
export type Phase =
  | { readonly kind: 'alone'; readonly instructions: readonly number[] }
  | { readonly kind: 'together'; readonly members: readonly Parted[] };

export interface PhaseOptions {
  /** A kernel as it is printed. */
  readonly kernelOf: (kernel: Kernel) => Kernel;
  readonly threads: number;
  readonly costs?: Costs;
}

/**
 * Divides a tape into phases, of which each begins when all of the one before is done. What would save too little is not done in parts; null
 * where too little is saved on the whole.
 */
export function phasesOf(
  instructions: readonly Instruction[],
  views: readonly TypedArray[],
  { kernelOf, threads, costs = COSTS }: PhaseOptions,
): readonly Phase[] | null {
  const shared = new Map<Kernel, Shared | null>();
  const sharedOf = (instruction: Instruction): Shared | null => {
    if (instruction.kind !== 'kernel') return shareOther(instruction, threads);
    const kernel = kernelOf(instruction.kernel);
    if (!shared.has(kernel)) shared.set(kernel, share(kernel, threads, costs));
    return shared.get(kernel)!;
  };
  let saved = 0;
  const parted = instructions.map((instruction, i): readonly Parted[] => {
    const way = sharedOf(instruction);
    const cost = way ? way.steps.length * costs.phase : 0;
    if (!way || way.saving < cost || way.steps.some((step) => readsWhatIsWritten(instruction, step, views))) return [];
    saved += way.saving - cost;
    return way.steps.map((step) => ({ ...step, instruction: i }));
  });
  return saved < costs.waking ? null : grouped(instructions, parted, views);
}

/** How several threads can do an instruction, step by step, and what that saves. */
interface Shared {
  readonly steps: readonly Sharing[];
  readonly saving: number;
}

function share(kernel: Kernel, threads: number, { phase }: Costs): Shared | null {
  const work = workOf(kernel.body);
  if (work < phase || callsAway(kernel)) return null;
  let best: { readonly division: Division; readonly saving: number } | null = null;
  for (const each of PARTS_PER_THREAD) {
    const division = divide(kernel, each * threads);
    if (!division) return null;
    const saving = work - each * (division.work + PART);
    if (!best || work - saving < (work - best.saving) / SLACK) best = { division, saving };
  }
  const { division, saving } = best!;
  const filled = division.before.map(({ buffer }) => buffer);
  const zeros = filled.map((buffer): Sharing => ({ kind: 'zeros', parts: threads, buffer }));
  const bytes = filled.reduce((sum, buffer) => sum + bytesIn(kernel.buffers[buffer]!), 0);
  return {
    steps: [...zeros, { kind: 'kernel', parts: division.parts, division }],
    saving: saving + savedOf(bytes, threads),
  };
}

function shareOther({ kind, bytes }: Instruction, threads: number): Shared | null {
  return kind === 'copy' ? { steps: [{ kind: 'copy', parts: threads }], saving: savedOf(bytes, threads) } : null;
}

/** What is saved where threads share what moves so many bytes. */
function savedOf(bytes: number, threads: number): number {
  return (bytes / BYTES) * (1 - 1 / threads);
}

function bytesIn({ dtype, length }: KernelBuffer): number {
  return length * bytesOf(dtype);
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

/**
 * May a part read what another writes in the meantime? A result may lie where an operand does: as no thread waits between two loops, no loop may
 * read what another overwrites, unless both write the result, each where it has read.
 */
function readsWhatIsWritten(instruction: Instruction, step: Sharing, views: readonly TypedArray[]): boolean {
  if (instruction.kind !== 'kernel' || step.kind !== 'kernel') return false;
  const { slots, writes } = instruction;
  const { apart, read } = step.division;
  const rangeAt = (buffer: number): Range => rangeOf(views[slots[buffer]!.id]!);
  const results = [...slots.keys()].filter((buffer) => writes.includes(slots[buffer]!));
  return slots.some((_, buffer) =>
    results
      .filter((result) => overlap(rangeAt(buffer), rangeAt(result)))
      .some((result) => read.has(buffer) || apart.some(({ loaded, stored }) => loaded.has(buffer) && !stored.has(result))),
  );
}

/** Neighbours in one phase, where they do not wait for one another or are done by one thread. */
function grouped(
  instructions: readonly Instruction[],
  parted: readonly (readonly Parted[])[],
  views: readonly TypedArray[],
): readonly Phase[] {
  const phases: Phase[] = [];
  let members: Parted[] = [];
  let alone: number[] = [];
  let touched = new Touched();
  instructions.forEach((instruction, i) => {
    const steps = parted[i]!;
    if (steps.length === 0) {
      if (alone.length === 0) phases.push({ kind: 'alone', instructions: alone });
      alone.push(i);
      members = [];
      return;
    }
    alone = [];
    for (const step of steps) {
      const { reads, writes } = touchedBy(instruction, step, views);
      if (members.length % MOST === 0 || touched.conflicts(reads, writes)) {
        members = [];
        touched = new Touched();
        phases.push({ kind: 'together', members });
      }
      members.push(step);
      touched.add(reads, writes);
    }
  });
  return phases;
}

function touchedBy(instruction: Instruction, step: Sharing, views: readonly TypedArray[]): { reads: Range[]; writes: Range[] } {
  const rangesOf = (slots: readonly Slot[]): Range[] => slots.map(({ id }) => rangeOf(views[id]!));
  if (step.kind !== 'zeros' || instruction.kind !== 'kernel') {
    return { reads: rangesOf(instruction.reads), writes: rangesOf(instruction.writes) };
  }
  return { reads: [], writes: rangesOf([instruction.slots[step.buffer]!]) };
}
