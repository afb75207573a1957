import { mayReplace, type Unit } from '../fusion/unit.js';
import type { Node } from '../graph/node.js';
import type { Update } from './updates.js';

/**
 * Which updates may be written over their state. Units are run through in an order that holds back those that would write a state until
 * its other readers are done; where that is a circle, one is released and its update is copied. All edges that the schedule adds go
 * forward in this order, so they make no circle.
 */
export function directUpdates(
  units: readonly Unit[],
  updates: readonly Update[],
  outputs: readonly Node[],
  makers: ReadonlyMap<Node, Unit>,
): Map<Node, Node> {
  const taken = new Set(outputs);
  const uses = new Map<Node, number>();
  for (const { value } of updates) uses.set(value, (uses.get(value) ?? 0) + 1);
  const direct = new Map<Node, Node>();
  const writers = new Map<Node, Unit>();
  for (const { state, value } of updates) {
    const unit = makers.get(value);
    if (!unit || taken.has(value) || taken.has(state) || uses.get(value)! > 1 || uses.has(state)) continue;
    if (unit.reads.has(state) && !mayReplace(unit, state, value)) continue;
    direct.set(value, state);
    writers.set(state, unit);
  }
  const release = new Release(units, makers, writers);
  for (const late of release.run())
    for (const root of late.roots) if (release.isRead(direct.get(root), late)) direct.delete(root);
  return direct;
}

class Release {
  readonly #units: readonly Unit[];
  /** By state that some unit wants to overwrite. */
  readonly #writers: ReadonlyMap<Node, Unit>;
  readonly #readers = new Map<Node, Set<Unit>>();
  readonly #after = new Map<Unit, Unit[]>();
  readonly #missing = new Map<Unit, number>();

  constructor(units: readonly Unit[], makers: ReadonlyMap<Node, Unit>, writers: ReadonlyMap<Node, Unit>) {
    this.#units = units;
    this.#writers = writers;
    for (const state of writers.keys()) this.#readers.set(state, new Set());
    for (const unit of units) {
      const needs = new Set([...unit.reads.keys()].flatMap((x) => makers.get(x) ?? []));
      this.#missing.set(unit, needs.size);
      for (const need of needs) push(this.#after, need, unit);
      for (const x of unit.reads.keys()) this.#readers.get(x)?.add(unit);
    }
  }

  /** Has a state readers besides `unit` that have not run? */
  isRead(state: Node | undefined, unit: Unit): boolean {
    const readers = state && this.#readers.get(state);
    if (!readers) return false;
    return readers.size > (readers.has(unit) ? 1 : 0);
  }

  /** Runs all units; gives each at the moment when it runs before all readers of what it would overwrite have. */
  *run(): Generator<Unit> {
    const states = new Map<Unit, Node[]>();
    for (const [state, unit] of this.#writers) push(states, unit, state);
    const waits = (unit: Unit): boolean => (states.get(unit) ?? []).some((state) => this.isRead(state, unit));
    const ready: Unit[] = [];
    const held: Unit[] = [];
    const done = new Set<Unit>();
    const offer = (unit: Unit): void => void (waits(unit) ? held : ready).push(unit);
    for (const unit of this.#units) if (this.#missing.get(unit) === 0) offer(unit);
    for (let next = 0, force = 0; ; ) {
      const unit = ready[next] ? ready[next++]! : held[force++];
      if (!unit) return;
      if (done.has(unit)) continue;
      done.add(unit);
      if (waits(unit)) yield unit;
      for (const x of unit.reads.keys()) {
        if (!this.#readers.get(x)?.delete(unit)) continue;
        const writer = this.#writers.get(x)!;
        if (this.#missing.get(writer) === 0 && !done.has(writer) && !waits(writer)) ready.push(writer);
      }
      for (const after of this.#after.get(unit) ?? []) {
        const missing = this.#missing.get(after)! - 1;
        this.#missing.set(after, missing);
        if (missing === 0) offer(after);
      }
    }
  }
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
