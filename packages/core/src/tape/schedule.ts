import type { Node } from '../graph/node.js';
import type { Unit } from '../loops/unit.js';
import { directUpdates } from './direct.js';
import { sizeOf } from './plan.js';
import type { Update } from './updates.js';

export interface Schedule {
  /** In the order in which they run. */
  readonly units: readonly Unit[];
  /** Values of updates that are computed straight into the memory of their state; all others are copied there at the end. */
  readonly direct: ReadonlyMap<Node, Node>;
}

/**
 * The order of the units: depth first from those that nobody reads, for a low peak. An update goes straight into its state where every
 * other reader of the old value runs before. Linear in units and reads, but for sorting.
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
  const candidates = [depthFirst(units, before, null), depthFirst(units, before, bySize)];
  const lasting = new Set([...outputs, ...updates.map(({ value }) => value)]);
  const peaks = candidates.map((order) => peakOf(order, lasting, direct));
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

/** The most bytes that an order keeps at once, were nothing computed in place. */
function peakOf(order: readonly Unit[], lasting: ReadonlySet<Node>, direct: ReadonlyMap<Node, Node>): number {
  const last = new Map<Node, number>();
  order.forEach((unit, t) => {
    for (const x of unit.reads.keys()) last.set(x, t);
  });
  let live = 0;
  let peak = 0;
  const made = new Set<Node>();
  order.forEach((unit, t) => {
    for (const root of unit.roots) {
      if (direct.has(root)) continue;
      live += sizeOf(root);
      made.add(root);
    }
    peak = Math.max(peak, live);
    for (const x of [...unit.reads.keys(), ...unit.roots]) {
      if (made.has(x) && (last.get(x) ?? t) === t && !lasting.has(x)) live -= sizeOf(x);
    }
  });
  return peak;
}
