import type { Unit } from '../fusion/unit.js';
import type { Node, Region } from '../graph/node.js';

/** Where values are dropped, and computed again for who reads them after its end. */
export interface Scope {
  readonly outer: Scope | null;
  readonly depth: number;
  /** The last position of a unit that makes what is read outside. */
  end: number;
  readonly why: string;
}

/** Values made up to a position among the units are dropped there, but for those of some units. */
export interface Cut {
  readonly position: number;
  readonly kept: ReadonlySet<Unit>;
}

/** What scopes depend on. */
export interface Scoped {
  readonly units: readonly Unit[];
  /** What must stay in memory once it is made: results, and what goes to state. */
  readonly lasting: ReadonlySet<Node>;
  readonly cuts: readonly Cut[];
}

/** The innermost scope that holds both. */
export function common(a: Scope | null, b: Scope | null): Scope | null {
  let [x, y] = [a, b];
  while (x !== y) {
    if (!x || !y) return null;
    if (x.depth > y.depth) x = x.outer;
    else if (y.depth > x.depth) y = y.outer;
    else [x, y] = [x.outer, y.outer];
  }
  return x;
}

/**
 * The scope of each value that may be dropped: the innermost one that holds the unit that makes it and all units that read it on the way
 * forward. Linear in units and reads, times the depth of nesting.
 */
export function scopesOf(program: Scoped): Map<Node, Scope> {
  const { units, lasting } = program;
  const homes = new Homes(program);
  const makers = new Map(units.flatMap((unit, t) => unit.roots.map((root) => [root, t] as const)));
  const scopes = new Map<Node, Scope>();
  units.forEach((unit, t) => {
    const home = homes.of[t];
    if (!home || unit.roots.some((root) => lasting.has(root))) return;
    for (const root of unit.roots) scopes.set(root, home);
  });
  units.forEach((unit, t) => {
    if (homes.isBackward(unit)) return;
    for (const x of unit.reads.keys()) {
      const scope = scopes.get(x);
      if (!scope || t > homes.cutAfter(makers.get(x)!)) continue;
      set(scopes, x, common(scope, homes.of[t] ?? null));
    }
  });
  units.forEach((unit, t) => {
    for (const root of unit.roots) {
      const scope = scopes.get(root) ?? null;
      for (let left = homes.of[t] ?? null; left !== scope && left; left = left.outer) left.end = Math.max(left.end, t);
      if (scope && homes.isKept(unit, scope)) scopes.delete(root);
    }
  });
  for (const [node, { end }] of scopes) if (end < 0) scopes.delete(node);
  return scopes;
}

function set<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

/** To which scope each unit belongs. */
class Homes {
  /** By position. */
  readonly of: readonly (Scope | null)[];
  readonly #cuts: readonly Cut[];
  readonly #ofCuts = new Map<Cut, Scope>();
  readonly #ofRegions = new Map<Region, Scope>();
  readonly #derived = new Map<Node, boolean>();

  constructor({ units, cuts }: Scoped) {
    this.#cuts = cuts.toSorted((a, b) => a.position - b.position);
    for (const cut of cuts)
      this.#ofCuts.set(cut, { outer: null, depth: 1, end: cut.position, why: 'so that memory stays within its limit' });
    this.of = units.map((unit, t) => {
      const around = this.#around(t);
      // What is made in passing for a derivative, beside what is made on the way forward, does not decide.
      const forward = unit.roots.filter((root) => !this.#isDerived(root));
      const scopes = forward.map(({ origin }): Scope | null => (origin.region ? this.#ofRegion(origin.region, around) : around));
      return scopes.length === 0 ? around : scopes.reduce((a, b) => common(a, b));
    });
  }

  /** The position from which on nobody decides any more what values of position `t` are. */
  cutAfter(t: number): number {
    return this.#cutOf(t)?.position ?? Infinity;
  }

  /** Is all that a unit makes part of a derivative, or made with one? */
  isBackward({ roots }: Unit): boolean {
    return roots.every((root) => this.#isDerived(root));
  }

  isKept(unit: Unit, scope: Scope): boolean {
    return [...this.#ofCuts].some(([{ kept }, of]) => of === scope && kept.has(unit));
  }

  #cutOf(t: number): Cut | undefined {
    return this.#cuts.find(({ position }) => position >= t);
  }

  #around(t: number): Scope | null {
    const cut = this.#cutOf(t);
    return cut ? this.#ofCuts.get(cut)! : null;
  }

  #ofRegion(region: Region, around: Scope | null): Scope {
    let scope = this.#ofRegions.get(region);
    if (!scope) {
      const outer = region.outer ? this.#ofRegion(region.outer, around) : around;
      scope = { outer, depth: (outer?.depth ?? 0) + 1, end: -1, why: 'as it is checkpointed' };
      this.#ofRegions.set(region, scope);
    }
    return scope;
  }

  /** Is a node part of a derivative, or computed from one, such as what an optimiser makes of gradients? */
  #isDerived(node: Node): boolean {
    const stack = [node];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { inputs, origin, op } = top;
      const open = origin.region || origin.of || op.kind === 'leaf' ? [] : inputs.filter((x) => !this.#derived.has(x));
      if (open.length > 0 && !this.#derived.has(top)) {
        stack.push(...open);
        continue;
      }
      const derived =
        !origin.region && inputs.length > 0 && (origin.of !== null || inputs.some((x) => this.#derived.get(x) === true));
      this.#derived.set(top, derived);
      stack.pop();
    }
    return this.#derived.get(node)!;
  }
}
