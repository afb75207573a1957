import { everyStatement, type Kernel, type Stmt } from '@tapegrad/core';
import { hostFunctionOf } from '../imports.js';

/**
 * How a kernel is done in parts, by whoever takes them, in any order and at the same time. Each part runs all of its statements, except that it
 * runs only its own range of the iterations of the loops in `split`, and only the last part the statements in `alone`.
 */
export interface Division {
  readonly parts: number;
  readonly split: ReadonlySet<Stmt>;
  readonly alone: ReadonlySet<Stmt>;
  /** The first statements, which set buffers to 0: that is done before any part begins, unless there is one part only. */
  readonly before: readonly Fill[];
  /** What each of these loads from and stores to: some parts may be in one while others are in the next. */
  readonly apart: readonly Touches[];
  /** Buffers that are read by what all parts run: they must not be written meanwhile. */
  readonly read: ReadonlySet<number>;
  /** What there is to do in the largest part, in the unit of `workOf`. */
  readonly work: number;
}

/** The buffers and panels that some statements load from and store to. */
interface Touches {
  readonly loaded: ReadonlySet<number>;
  readonly stored: ReadonlySet<number>;
}

type For = Extract<Stmt, { kind: 'for' }>;
type Fill = Extract<Stmt, { kind: 'fill' }>;

/** How often a loop runs whose count is computed. */
const UNKNOWN = 16;
/** What a function of the host costs, in statements. */
const CALL = 150;

function countOf({ count }: For): number {
  return 'literal' in count ? count.literal : UNKNOWN;
}

/**
 * How much there is to do in some statements: how many of them are executed, those with lanes counted once. What one lane may ask for is
 * rare, as functions are of what is not finite, and does not count.
 */
export function workOf(list: readonly Stmt[]): number {
  let work = 0;
  const rare = new Set<number>();
  for (const statement of list) {
    if (statement.kind === 'let' && statement.op === 'any') rare.add(statement.to);
    if (statement.kind === 'for') work += countOf(statement) * (workOf(statement.body) + 1);
    else if (statement.kind === 'if' && 'local' in statement.condition && rare.has(statement.condition.local))
      work += 1 + workOf(statement.otherwise);
    else if (statement.kind === 'if') work += 1 + Math.max(workOf(statement.body), workOf(statement.otherwise));
    else if (statement.kind === 'let' && hostFunctionOf(statement.op, statement.type)) work += CALL;
    else work += 1;
  }
  return work;
}

/**
 * Divides a kernel into so many parts, so that each element is computed as in the whole; null where that cannot be.
 *
 * A parallel loop is split into ranges, one for each part, or entered by all parts to split what is inside, whichever leaves the least in
 * the largest part. What stands around split loops belongs to every part, unless it stores: then it is done in one. An ordered loop that
 * stores is one part's. What is set to 0, to be added to, is that before. What fills a panel that is read later on is every part's, as each thread has panels of its own. A kernel that reads
 * what it has stored, as a sort does, or a kernel of stages, is divided only where all of it is inside the loop that is split.
 */
export function divide(kernel: Kernel, parts: number): Division | null {
  const inside = readsItsResults(kernel);
  if (inside && !isOneLoop(kernel.body)) return null;
  const before = zeroedFirst(kernel);
  const plan = new Divider(kernel, parts, inside).divide(kernel.body.slice(before.length), new Set());
  if (!plan || plan.split.length === 0) return null;
  const split = new Set<Stmt>(plan.split);
  const alone = new Set<Stmt>(plan.alone);
  const apart = [...plan.split, ...plan.alone].map((statement) => buffersIn([statement]));
  return { parts, split, alone, before, apart, read: readByAll(kernel.body, split, alone), work: plan.work };
}

/** The statements at the beginning that set buffers to 0, not panels. */
function zeroedFirst({ body, buffers }: Kernel): Fill[] {
  const isZeroed = (each: Stmt): boolean => each.kind === 'fill' && each.buffer < buffers.length && Object.is(each.value, 0);
  const rest = body.findIndex((statement) => !isZeroed(statement));
  return body.slice(0, rest < 0 ? body.length : rest) as Fill[];
}

interface Plan {
  readonly split: readonly For[];
  readonly alone: readonly Stmt[];
  readonly work: number;
}

class Divider {
  readonly #panels: number;
  readonly #parts: number;
  readonly #inside: boolean;
  /** The panels that are read anywhere. */
  readonly #read: ReadonlySet<number>;

  /** @param inside must all that the kernel does be inside the loop that is split? */
  constructor({ buffers, body }: Kernel, parts: number, inside: boolean) {
    this.#panels = buffers.length;
    this.#read = new Set([...buffersIn(body).loaded].filter((buffer) => buffer >= buffers.length));
    this.#parts = parts;
    this.#inside = inside;
  }

  /** Null where one part would make what others use. `needed` are the panels that are read after these statements. */
  divide(list: readonly Stmt[], needed: ReadonlySet<number>): Plan | null {
    const split: For[] = [];
    const alone: Stmt[] = [];
    let work = 0;
    let after: ReadonlySet<number> = needed;
    for (const statement of list.toReversed()) {
      const plan = this.#divideOne(statement, after);
      if (!plan) return null;
      split.push(...plan.split);
      alone.push(...plan.alone);
      work += plan.work;
      after = neededBefore(statement, after);
    }
    return { split, alone, work };
  }

  #divideOne(statement: Stmt, needed: ReadonlySet<number>): Plan | null {
    const work = workOf([statement]);
    const { loaded, stored } = buffersIn([statement]);
    // A panel that it fills and others read is for what follows.
    const isForOthers = (buffer: number): boolean => needed.has(buffer) || (this.#read.has(buffer) && !loaded.has(buffer));
    const makes = setsOutside([statement]) || [...stored].some(isForOthers);
    if (statement.kind === 'for' && statement.parallel && !makes) return this.#divideLoop(statement, needed);
    if (![...stored].some((buffer) => buffer < this.#panels)) return { split: [], alone: [], work };
    // A buffer is filled before any thread may add to it.
    return statement.kind === 'fill' || makes ? null : { split: [], alone: [statement], work };
  }

  #divideLoop(loop: For, needed: ReadonlySet<number>): Plan | null {
    const count = countOf(loop);
    const here = { split: [loop], alone: [], work: Math.ceil(count / this.#parts) * (workOf(loop.body) + 1) };
    const inside = this.#inside && !isOneLoop(loop.body) ? null : this.divide(loop.body, needed);
    if (!inside || inside.split.length === 0) return here;
    const work = count * (inside.work + 1);
    return work < here.work ? { ...inside, work } : here;
  }
}

/** The buffers and panels that a statement and those after it read as they were before it, given those after it. */
function neededBefore(statement: Stmt, after: ReadonlySet<number>): ReadonlySet<number> {
  const { loaded, stored } = buffersIn([statement]);
  if (statement.kind !== 'for') return statement.kind === 'fill' ? without(after, stored) : new Set([...after, ...loaded]);
  // An ordered loop fills what is read of a panel; a parallel one may fill a part, and others the rest.
  if (!statement.parallel) return without(new Set([...after, ...loaded]), stored);
  return new Set([...after, ...statement.body.reduceRight(neededAfter, new Set())]);
}

function neededAfter(after: ReadonlySet<number>, statement: Stmt): ReadonlySet<number> {
  return neededBefore(statement, after);
}

function without(buffers: ReadonlySet<number>, some: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...buffers].filter((buffer) => !some.has(buffer)));
}

/** Do some statements set variables that were made outside of them? */
function setsOutside(list: readonly Stmt[]): boolean {
  const made = new Set<number>();
  let sets = false;
  everyStatement(list, (statement) => {
    if (statement.kind === 'variable') made.add(statement.to);
    else if (statement.kind === 'set') sets ||= !made.has(statement.to);
  });
  return sets;
}

/** The buffers and panels that some statements load from and store to. */
function buffersIn(list: readonly Stmt[]): Touches {
  const loaded = new Set<number>();
  const stored = new Set<number>();
  everyStatement(list, (statement) => {
    if (statement.kind === 'load') loaded.add(statement.buffer);
    else if (statement.kind === 'store' || statement.kind === 'fill') stored.add(statement.buffer);
  });
  return { loaded, stored };
}

/** Does a kernel load from a buffer that it stores to? Panels do not count, and neither does what is filled, to be added to. */
function readsItsResults({ body, buffers }: Kernel): boolean {
  const { loaded, stored } = buffersIn(body);
  return buffers.some((_, buffer) => loaded.has(buffer) && stored.has(buffer));
}

/** Is one loop all that these statements do, but for values that they compute? */
function isOneLoop(list: readonly Stmt[]): boolean {
  const acts = list.filter(({ kind }) => kind === 'for' || kind === 'if' || kind === 'store' || kind === 'fill');
  return acts.length === 1 && acts[0]!.kind === 'for';
}

/** The buffers that are read outside of the split loops. */
function readByAll(list: readonly Stmt[], split: ReadonlySet<Stmt>, alone: ReadonlySet<Stmt>): Set<number> {
  const read = new Set<number>();
  const visit = (statements: readonly Stmt[]): void => {
    for (const statement of statements) {
      if (split.has(statement) || alone.has(statement)) continue;
      if (statement.kind === 'load') read.add(statement.buffer);
      else if (statement.kind === 'for') visit(statement.body);
      else if (statement.kind === 'if') visit([...statement.body, ...statement.otherwise]);
    }
  };
  visit(list);
  return read;
}
