import { MemoryError } from '../errors.js';
import type { Unit } from '../fusion/unit.js';
import { isInput } from '../graph/leaves.js';
import { type Node, nameOfNode } from '../graph/node.js';
import { costOf } from './cost.js';
import { type Lives, liveAt, peakOf, type Turn } from './live.js';
import { type Plan, sizeOf } from './plan.js';
import { type Ordered, once, recompute, type Turns } from './recompute.js';
import type { Cut } from './scopes.js';
import { candidatesOf, keptBySegments } from './segments.js';
import type { Value } from './step.js';
import { showCount } from './text.js';
import { nameOf } from './updates.js';

/** An order with its memory. */
export interface Planned {
  readonly turns: Turns;
  readonly planned: Plan;
}

/** How many moments of high memory are looked at one after another. */
const ROUNDS = 4;
/** Shares of the candidates, the cheapest first, that may be computed again. */
const SHARES = [0.25, 0.5, 0.75, 1];

/**
 * The turns of the units, so that their plan fits into `limit` bytes. What is checkpointed is computed again; where that does not suffice,
 * so is what lives across the moment of the highest memory, cut into segments: values at their borders are kept, others dropped. Of the
 * cuts that fit the cheapest is taken, and what need not be dropped is kept then, the dearest first. With `limit` null, nothing is
 * computed twice. Throws `MemoryError` where no cut fits.
 *
 * Segments are those of T. Chen et al., "Training deep nets with sublinear memory cost", 2016, with their borders where least crosses them.
 */
export function withinLimit(program: Ordered, planOf: (turns: Turns) => Plan, limit: number | null): Planned {
  const turns = limit === null ? once(program) : recompute(program);
  const planned = planOf(turns);
  if (limit === null || planned.scratchBytes <= limit) return { turns, planned };
  return new Search(program, planOf, limit).run({ turns, planned, cuts: [] });
}

/** Refuses what is no number of bytes. */
export function checkLimit(limit: number | undefined): void {
  if (limit === undefined || (typeof limit === 'number' && limit >= 0)) return;
  throw new MemoryError(`memoryLimit: ${limit} is no number of bytes; give one such as 64 * 2 ** 20.`, { op: 'memoryLimit' });
}

interface Trial extends Planned {
  readonly cuts: readonly Cut[];
}

class Search {
  readonly #program: Ordered;
  readonly #planOf: (turns: Turns) => Plan;
  readonly #limit: number;
  readonly #costs = new Map<Unit, number>();
  #least: Trial | null = null;

  constructor(program: Ordered, planOf: (turns: Turns) => Plan, limit: number) {
    this.#program = program;
    this.#planOf = planOf;
    this.#limit = limit;
  }

  run(start: Trial): Planned {
    this.#least = start;
    for (let round = 0; round < ROUNDS; round++) {
      const from: Trial = this.#least;
      const [order, lives] = livesOf(from.turns, this.#program);
      const position = from.turns.steps[peakOf(order, lives).at]?.time ?? 0;
      const cuts = from.cuts.filter((cut) => cut.position !== position);
      const found = this.#cutAt(position, cuts);
      if (found) return this.#keepMore(found, position);
      if (this.#least === from) break;
    }
    throw refuse(this.#program, this.#least, this.#limit);
  }

  /** The cheapest trial that fits, with one more cut; null where none does. */
  #cutAt(position: number, cuts: readonly Cut[]): Trial | null {
    const all = this.#try([...cuts, { position, kept: new Set() }]);
    const candidates = candidatesOf(all.turns, position, (unit) => this.#cost(unit));
    for (const share of SHARES) {
      let cheapest: Trial | null = null;
      for (const kept of keptBySegments(candidates, share)) {
        const trial = this.#try([...cuts, { position, kept }]);
        if (this.#fits(trial) && (!cheapest || this.#again(trial) < this.#again(cheapest))) cheapest = trial;
      }
      if (cheapest) return cheapest;
    }
    return null;
  }

  /** Keeps what need not be dropped: of the dearest values as many as fit, found by halving. */
  #keepMore(trial: Trial, position: number): Trial {
    const { kept } = trial.cuts.find((cut) => cut.position === position)!;
    const others = trial.cuts.filter((cut) => cut.position !== position);
    const dropped = candidatesOf(trial.turns, position, (unit) => this.#cost(unit)).sort((a, b) => b.rate - a.rate);
    let best = trial;
    for (let [low, high] = [0, dropped.length]; low < high; ) {
      const count = (low + high + 1) >> 1;
      const more = new Set([...kept, ...dropped.slice(0, count).map(({ unit }) => unit)]);
      const next = this.#try([...others, { position, kept: more }]);
      if (this.#fits(next)) [best, low] = [next, count];
      else high = count - 1;
    }
    return best;
  }

  #try(cuts: readonly Cut[]): Trial {
    const turns = recompute(this.#program, cuts);
    const planned = this.#planOf(turns);
    const trial = { turns, planned, cuts };
    if (planned.scratchBytes < this.#least!.planned.scratchBytes) this.#least = trial;
    return trial;
  }

  #fits({ planned }: Trial): boolean {
    return planned.scratchBytes <= this.#limit;
  }

  /** What is spent on computing again. */
  #again({ turns }: Trial): number {
    return turns.steps.reduce((total, { unit, again }) => (again ? total + this.#cost(unit) : total), 0);
  }

  #cost(unit: Unit): number {
    let cost = this.#costs.get(unit);
    if (cost === undefined) {
      cost = costOf(unit);
      this.#costs.set(unit, cost);
    }
    return cost;
  }
}

/** The turns as what they need and make, and how long that lives. */
function livesOf({ steps, first, direct }: Turns, { leaves, outputs, updates }: Ordered): [Turn<Value>[], Lives<Value>] {
  const turns = steps.map(({ unit, values }) => ({
    reads: [...unit.reads.keys()].map((x) => values.get(x)!),
    writes: unit.roots.map((root) => values.get(root)!),
  }));
  const valuesOf = (nodes: readonly Node[]): Value[] => nodes.map((node) => first.get(node)!);
  const lives: Lives<Value> = {
    bytesOf: ({ node }) => (direct.has(node) ? 0 : sizeOf(node)),
    throughout: valuesOf(leaves.filter((node) => isInput(node))),
    lasting: valuesOf([...outputs, ...updates.map(({ value }) => value)]),
  };
  return [turns, lives];
}

/** How many of the values that fill memory an error names. */
const NAMED = 5;

function refuse(program: Ordered, { turns, planned }: Planned, limit: number): MemoryError {
  const [order, lives] = livesOf(turns, program);
  const live = liveAt(order, lives, peakOf(order, lives).at).filter((value) => lives.bytesOf(value) > 0);
  const bySize = live.sort((a, b) => lives.bytesOf(b) - lives.bytesOf(a));
  const named = bySize.slice(0, NAMED).map((value) => `${labelOf(value.node)} (${showCount(lives.bytesOf(value))})`);
  const more = live.length > NAMED ? ` and ${live.length - NAMED} more` : '';
  return new MemoryError(
    `memoryLimit: the least scratch memory found for this program is ${showCount(planned.scratchBytes)} bytes; the limit is ${showCount(Math.floor(limit))}. At its peak live ${named.join(', ')}${more}. Raise the limit, or feed smaller batches.`,
    { op: 'memoryLimit' },
  );
}

function labelOf(node: Node): string {
  return isInput(node) ? `input '${nameOf(node)}'` : nameOfNode(node);
}
