import type { Unit } from '../fusion/unit.js';
import type { Node } from '../graph/node.js';
import type { Schedule } from './schedule.js';
import { type Cut, common, type Scope, scopesOf } from './scopes.js';
import type { Step, Value } from './step.js';
import type { Update } from './updates.js';

/** What is to be computed, in order, and what must outlast the run. */
export interface Ordered extends Schedule {
  readonly leaves: readonly Node[];
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/** The turns of the units, some of which have several. */
export interface Turns {
  readonly steps: readonly Step[];
  /** The first value of each node, which is what results and updates mean. */
  readonly first: ReadonlyMap<Node, Value>;
  readonly direct: ReadonlyMap<Node, Node>;
}

/**
 * Lets units be computed again for who reads a value after the end of the scope in which it is dropped, just before the first of those
 * does. A unit is pure, so it may run twice; what it reads is kept, or computed again as well. A value that is made again within a scope
 * serves all who read it for that scope; for an outer scope that is computed again there are values apart, so that those of the inner
 * one need not live in the meantime.
 */
export function recompute(program: Ordered, cuts: readonly Cut[] = []): Turns {
  const scopes = droppable(program, cuts);
  if (scopes.size === 0) return once(program);
  const first = firstValues(program);
  const { steps } = new Recomputation(program.units, scopes, first);
  return { steps, first, direct: stillDirect(program.direct, steps) };
}

/** One turn for each unit. */
export function once(program: Ordered): Turns {
  const first = firstValues(program);
  return { steps: program.units.map((unit, time) => ({ unit, values: first, time })), first, direct: program.direct };
}

function firstValues({ leaves, units }: Ordered): Map<Node, Value> {
  const nodes = [...leaves, ...units.flatMap(({ roots }) => roots)];
  return new Map(nodes.map((node) => [node, { node }]));
}

function droppable({ units, outputs, updates, direct }: Ordered, cuts: readonly Cut[]): Map<Node, Scope> {
  const isMarked = units.some(({ roots }) => roots.some(({ origin }) => origin.region));
  if (!isMarked && cuts.length === 0) return new Map();
  const lasting = new Set([...outputs, ...updates.map(({ value }) => value), ...direct.keys()]);
  return scopesOf({ units, lasting, cuts });
}

class Recomputation {
  readonly steps: Step[] = [];
  readonly #scopes: ReadonlyMap<Node, Scope>;
  readonly #first: ReadonlyMap<Node, Value>;
  readonly #makers: ReadonlyMap<Node, Unit>;
  /** What has been made again for a scope. */
  readonly #made = new Map<Scope, Map<Node, Value>>();
  #time = 0;

  constructor(units: readonly Unit[], scopes: ReadonlyMap<Node, Scope>, first: ReadonlyMap<Node, Value>) {
    this.#scopes = scopes;
    this.#first = first;
    this.#makers = new Map(units.flatMap((unit) => unit.roots.map((root) => [root, unit] as const)));
    for (const unit of units) {
      this.#once(unit);
      this.#time++;
    }
  }

  /** A unit's first turn. */
  #once(unit: Unit): void {
    const late = [...unit.reads.keys()].filter((x) => this.#isOver(x));
    for (const x of late) this.#ensure(x, this.#scopes.get(x)!);
    const again = late.map((x) => [x, this.#valueFor(x, this.#scopes.get(x)!)] as const);
    const values = late.length === 0 ? this.#first : this.#valuesOf(unit, again);
    this.steps.push({ unit, values, time: this.#time });
    // What is made only after the end of its scope is the value that late readers mean.
    for (const root of unit.roots)
      if (this.#isOver(root)) this.#madeFor(this.#scopes.get(root)!).set(root, this.#first.get(root)!);
  }

  #isOver(node: Node): boolean {
    const scope = this.#scopes.get(node);
    return scope !== undefined && this.#time > scope.end;
  }

  /** Sees to it that there is a value for `scope`, and before it those that it is made of, without recursion, as chains are long. */
  #ensure(node: Node, scope: Scope): void {
    const stack: { readonly node: Node; readonly scope: Scope }[] = [{ node, scope }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const within = top.scope;
      const unit = this.#makers.get(top.node)!;
      if (this.#made.get(within)?.has(top.node)) {
        stack.pop();
        continue;
      }
      const missing = [...unit.reads.keys()].flatMap((x) => {
        const needed = this.#scopeFor(x, within);
        return needed && !this.#made.get(needed)?.has(x) ? [{ node: x, scope: needed }] : [];
      });
      if (missing.length > 0) stack.push(...missing.reverse());
      else this.#again(unit, within);
    }
  }

  /** Another turn of a unit, for a scope. */
  #again(unit: Unit, scope: Scope): void {
    const made = unit.roots.map((node) => [node, { node }] as const);
    const read = [...unit.reads.keys()].map((x) => [x, this.#valueFor(x, scope)] as const);
    this.steps.push({ unit, values: new Map([...read, ...made]), again: scope.why, time: this.#time });
    const known = this.#madeFor(scope);
    for (const [node, value] of made) known.set(node, value);
  }

  #valueFor(node: Node, scope: Scope): Value {
    const needed = this.#scopeFor(node, scope);
    return (needed && this.#made.get(needed)?.get(node)) ?? this.#first.get(node)!;
  }

  /** The scope for which a value must have been made, to be read within `scope`; null where its first value is kept. */
  #scopeFor(node: Node, scope: Scope): Scope | null {
    return common(this.#scopes.get(node) ?? null, scope);
  }

  #madeFor(scope: Scope): Map<Node, Value> {
    let made = this.#made.get(scope);
    if (!made) {
      made = new Map();
      this.#made.set(scope, made);
    }
    return made;
  }

  #valuesOf(unit: Unit, again: readonly (readonly [Node, Value])[]): Map<Node, Value> {
    return new Map([...[...unit.reads.keys(), ...unit.roots].map((node) => [node, this.#first.get(node)!] as const), ...again]);
  }
}

/** An update may be written over its state only where nobody reads the old value later; now there are more readers. */
function stillDirect(direct: ReadonlyMap<Node, Node>, steps: readonly Step[]): Map<Node, Node> {
  const last = new Map<Node, number>();
  steps.forEach(({ unit }, i) => {
    for (const x of unit.reads.keys()) last.set(x, i);
  });
  const made = new Map(steps.flatMap(({ unit }, i) => unit.roots.map((root) => [root, i] as const)));
  return new Map([...direct].filter(([value, state]) => (last.get(state) ?? -1) <= made.get(value)!));
}
