import type { Unit } from '../fusion/unit.js';
import type { Node } from '../graph/node.js';
import { directUpdates } from './direct.js';
import { peakOf } from './live.js';
import { sizeOf } from './plan.js';
import type { Update } from './updates.js';

export interface Schedule {
  /** In the order in which they run. */
  readonly units: readonly Unit[];
  /** Values of updates that are computed straight into the memory of their state; all others are copied there at the end. */
  readonly direct: ReadonlyMap<Node, Node>;
}

/**
 * The order of the units, for a low peak: depth first from those that nobody reads, as it is and with what frees memory brought forward. An
 * update goes straight into its state where every other reader of the old value runs before. Linear in units and reads, but for sorting.
 */
export function schedule(units: readonly Unit[], updates: readonly Update[], outputs: readonly Node[]): Schedule {
  const makers = new Map(units.flatMap((unit) => unit.roots.map((root) => [root, unit] as const)));
  const direct = directUpdates(units, updates, outputs, makers);
  const before = new Map<Unit, Set<Unit>>();
  for (const unit of units) before.set(unit, new Set([...unit.reads.keys()].flatMap((x) => makers.get(x) ?? [])));
  const writers = new Map([...direct].map(([value, state]) => [state, makers.get(value)!]));
  for (const unit of units) {
    for (const x of unit.reads.keys()) {
      const writer = writers.get(x);
      if (writer && writer !== unit) before.get(writer)!.add(unit);
    }
  }
  const bytes = new Map(units.map((unit) => [unit, unit.roots.reduce((total, root) => total + sizeOf(root), 0)]));
  const bySize = (a: Unit, b: Unit): number => bytes.get(b)! - bytes.get(a)!;
  const deep = [depthFirst(units, before, null), depthFirst(units, before, bySize)];
  const lasting = new Set([...outputs, ...updates.map(({ value }) => value)]);
  const eager = deep.map((order) => new Eager(order, before, lasting, direct).order);
  const candidates = [...eager, ...deep];
  const lives = { bytesOf: (node: Node) => (direct.has(node) ? 0 : sizeOf(node)), throughout: [], lasting };
  const turns = new Map(units.map((unit) => [unit, { reads: [...unit.reads.keys()], writes: unit.roots }]));
  const peaks = candidates.map(
    (order) =>
      peakOf(
        order.map((unit) => turns.get(unit)!),
        lives,
      ).bytes,
  );
  return { units: candidates[peaks.indexOf(Math.min(...peaks))]!, direct };
}

/** Each unit after those in `before`, from the sinks down; operands in the order of `compare`, or as they were made. */
function depthFirst(
  units: readonly Unit[],
  before: ReadonlyMap<Unit, ReadonlySet<Unit>>,
  compare: ((a: Unit, b: Unit) => number) | null,
): Unit[] {
  const position = new Map(units.map((unit, i) => [unit, i]));
  const byAge = (a: Unit, b: Unit): number => position.get(a)! - position.get(b)!;
  const needed = new Set([...before.values()].flatMap((some) => [...some]));
  const order: Unit[] = [];
  const entered = new Set<Unit>();
  for (const sink of units) {
    if (needed.has(sink)) continue;
    const stack: { readonly unit: Unit; readonly rest: Unit[] }[] = [];
    const enter = (unit: Unit): void => {
      if (entered.has(unit)) return;
      entered.add(unit);
      // The stack takes from the end.
      const rest = [...before.get(unit)!].sort((a, b) => compare?.(a, b) || byAge(a, b)).reverse();
      stack.push({ unit, rest });
    };
    enter(sink);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next) enter(next);
      else order.push(stack.pop()!.unit);
    }
  }
  return order;
}

/** An order in which units that free more memory than they take, or take none, run as soon as they can, such as those that end in a state. */
class Eager {
  readonly order: Unit[] = [];
  readonly #lasting: ReadonlySet<Node>;
  readonly #direct: ReadonlyMap<Node, Node>;
  readonly #after = new Map<Unit, Unit[]>();
  /** How many must run before each. */
  readonly #missing = new Map<Unit, number>();
  /** Who has yet to read each value. */
  readonly #readers = new Map<Node, Set<Unit>>();
  readonly #done = new Set<Unit>();

  constructor(
    order: readonly Unit[],
    before: ReadonlyMap<Unit, ReadonlySet<Unit>>,
    lasting: ReadonlySet<Node>,
    direct: ReadonlyMap<Node, Node>,
  ) {
    this.#lasting = lasting;
    this.#direct = direct;
    for (const unit of order) {
      for (const root of unit.roots) this.#readers.set(root, new Set());
      this.#after.set(unit, []);
    }
    for (const unit of order) {
      const needed = before.get(unit)!;
      this.#missing.set(unit, needed.size);
      for (const other of needed) this.#after.get(other)!.push(unit);
      for (const x of unit.reads.keys()) this.#readers.get(x)?.add(unit);
    }
    for (const unit of order) this.#run(unit);
  }

  /** Runs a unit, then those that it lets run for nothing. */
  #run(unit: Unit): void {
    const queue = [unit];
    // The array grows while it is gone through.
    for (const next of queue) {
      if (this.#done.has(next) || (next !== unit && !this.#isFree(next))) continue;
      this.#done.add(next);
      this.order.push(next);
      for (const x of next.reads.keys()) {
        const readers = this.#readers.get(x);
        readers?.delete(next);
        if (readers?.size === 1) queue.push(...readers);
      }
      for (const after of this.#after.get(next)!) {
        this.#missing.set(after, this.#missing.get(after)! - 1);
        queue.push(after);
      }
    }
  }

  /** Can a unit run now, and does it take no memory, or less than it frees? */
  #isFree(unit: Unit): boolean {
    if (this.#missing.get(unit)! > 0) return false;
    let taken = 0;
    for (const root of unit.roots) if (!this.#direct.has(root)) taken += sizeOf(root);
    let freed = 0;
    for (const x of unit.reads.keys()) if (this.#readers.get(x)?.size === 1 && !this.#lasting.has(x)) freed += sizeOf(x);
    return taken === 0 || taken < freed;
  }
}
