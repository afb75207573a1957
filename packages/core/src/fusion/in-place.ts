import type { Node } from '../graph/node.js';
import type { Kind } from '../graph/op.js';
import { valuesOf } from '../loops/dependencies.js';
import { expressionsOf, plainStores } from '../loops/inspect.js';
import type { Loop, Store } from '../loops/loop.js';
import { stepAlong, storesNeighbours } from '../placement/lanes.js';
import type { Target } from '../placement/target.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { EPILOGUE, RUN } from './cost.js';
import { destinationOf } from './destination.js';
import { JoinedUnit, type Part } from './joined-unit.js';
import { isLeaf } from './storage.js';
import type { Unit } from './unit.js';

/** What is stored because of what it is, even if only one kernel reads it, and reads it once. */
const STORED: ReadonlySet<Kind> = new Set<Kind>(['contraction', 'reduction', 'recurrence']);

/** The most kernels that become one. */
const MOST = 8;

/**
 * Lets products, reductions and scans be written where a later kernel would copy them: into their parts of a concatenation, or in the
 * order that a transposition gives them. Their kernels become stages of that one, which does for each of their elements what it did before.
 *
 * A kernel moves only past those that read nothing of it. What it reads lives longer then, what it made is no longer stored: this must not
 * take more memory. Its stores must still move along runs of neighbours, as lanes and cache lines do. Where these run along another axis than
 * before, as in a transposition, both factors of a product are copied to panels, which takes as long for an element as the copy of a
 * result that is saved: so there must be less to read than to write. (In WebAssembly 2 ns each; the transposed product of [512, 32] and
 * [32, 512] takes 0.43 ms instead of 1.0, but that of [512, 512] and [512, 64] would take 1.8 instead of 1.2.)
 */
export function writtenInPlace(
  units: readonly Unit[],
  outputs: readonly Node[],
  target: Pick<Target, 'statements' | 'limits'>,
): Unit[] {
  if (target.limits) return [...units];
  const placing = new Placing(units, outputs, target.statements);
  const made = units.map((unit) => placing.place(unit));
  return made.filter((_, i) => !placing.moved.has(units[i]!));
}

class Placing {
  /** Kernels that are stages of others now. */
  readonly moved = new Set<Unit>();
  readonly #statements: number;
  readonly #outputs: ReadonlySet<Node>;
  readonly #makers = new Map<Node, Unit>();
  readonly #readers = new Map<Node, Unit[]>();
  readonly #positions: ReadonlyMap<Unit, number>;

  constructor(units: readonly Unit[], outputs: readonly Node[], statements: number) {
    this.#statements = statements;
    this.#outputs = new Set(outputs);
    this.#positions = new Map(units.map((unit, i) => [unit, i]));
    for (const unit of units) {
      for (const root of unit.roots) this.#makers.set(root, unit);
      for (const x of unit.reads.keys()) {
        const readers = this.#readers.get(x);
        if (readers) readers.push(unit);
        else this.#readers.set(x, [unit]);
      }
    }
  }

  /** The same unit, or one that makes some of what it reads where it goes. */
  place(unit: Unit): Unit {
    if (hasStored(unit) || !isSimple(unit)) return unit;
    const makers = [...unit.reads.keys()].flatMap((node) => {
      const maker = this.#makers.get(node);
      return maker && this.#mayMove(maker, node, unit) ? [{ node, maker }] : [];
    });
    const byTime = makers.sort((a, b) => this.#positions.get(a.maker)! - this.#positions.get(b.maker)!);
    const parts = this.#chosen(unit, byTime);
    if (parts.length === 0) return unit;
    const kept = (node: Node): boolean =>
      this.#outputs.has(node) || (this.#readers.get(node) ?? []).some((reader) => reader !== unit);
    const joined = new JoinedUnit(unit, parts, kept);
    if (!parts.every((part) => isWorthwhile(joined.loopOf(part), part)) || takesMore(unit, parts, kept)) return unit;
    for (const { maker } of parts) this.moved.add(maker);
    return joined.unit();
  }

  /** May a kernel be computed as late as a reader of what it makes? */
  #mayMove(maker: Unit, node: Node, reader: Unit): boolean {
    if (this.moved.has(maker) || !hasStored(maker)) return false;
    const position = this.#positions.get(reader)!;
    const mayWait = maker.roots.every((root) => {
      if (root !== node && reader.reads.has(root)) return false;
      return (this.#readers.get(root) ?? []).every((other) => other === reader || this.#positions.get(other)! > position);
    });
    return mayWait && isSimple(maker);
  }

  /** Those that go to different places along one axis, as long as the kernel has room. */
  #chosen(unit: Unit, makers: readonly Pick<Part, 'node' | 'maker'>[]): Part[] {
    const parts: Part[] = [];
    let room = this.#statements * EPILOGUE - expressionsIn(unit);
    for (const { node, maker } of makers) {
      const destination = destinationOf(unit, node);
      if (!destination || parts.length === MOST) continue;
      const isApart = parts.every(({ destination: { along, first, end } }) => {
        return along === destination.along && (destination.end <= first || destination.first >= end);
      });
      const size = expressionsIn(maker);
      if (!isApart || size > room) continue;
      parts.push({ node, maker, destination });
      room -= size;
    }
    return parts;
  }
}

/** Is a unit one loop, none of whose indices are values? */
function isSimple({ nest }: Unit): boolean {
  if (!nest || nest.stages.length > 1 || nest.shared.length > 0 || nest.fill.length > 0) return false;
  const stores = plainStores(nest.stages[0]!.loop);
  return expressionsOf(stores.map(({ value }) => value)).every(({ is }) => {
    if (is.kind === 'index') return valuesOf(is.index).length === 0;
    if (is.kind === 'guard') return is.conditions.every(([index]) => valuesOf(index).length === 0);
    return is.kind !== 'load' || valuesOf(is.address).length === 0;
  });
}

function hasStored({ kind, computed }: Unit): boolean {
  return kind === 'loop' && computed.some(({ op }) => STORED.has(op.kind));
}

function expressionsIn({ nest }: Unit): number {
  return expressionsOf(plainStores(nest!.stages[0]!.loop).map(({ value }) => value)).length;
}

/** Does it cost less to store a part where it goes than to copy it there? */
function isWorthwhile(loop: Loop, { node, maker }: Part): boolean {
  const stores = plainStores(loop);
  const lanes = loop.axes.filter((axis) => storesNeighbours(stores, loop, axis));
  if (lanes.length === 0 || !keepsRuns(loop, stores)) return false;
  const elements = (some: Iterable<Node>): number =>
    [...some].reduce((sum, { shape }) => sum + countOf(shape as readonly number[]), 0);
  return lanes.includes(loop.axes.at(-1)!) || elements(maker.reads.keys()) < elements([node]);
}

/** Does all that is stored lie in runs of at least `RUN` neighbours? */
function keepsRuns(loop: Loop, stores: readonly Store[]): boolean {
  return stores.every(({ address }) => {
    let run = 1;
    for (;;) {
      const next = loop.axes.find(({ key }) => stepAlong(address, key) === run);
      if (!next) return run >= RUN;
      run *= next.extent;
    }
  });
}

function sizeOf(nodes: Iterable<Node>): number {
  let bytes = 0;
  for (const node of nodes) if (!isLeaf(node)) bytes += countOf(node.shape as readonly number[]) * bytesOf(node.dtype);
  return bytes;
}

/** Would all that the joined kernel reads and makes at once take more memory than the kernels took one after another? */
function takesMore(unit: Unit, parts: readonly Part[], kept: (node: Node) => boolean): boolean {
  const made = new Set(parts.flatMap(({ maker }) => maker.roots));
  const others = [...unit.reads.keys()].filter((node) => !made.has(node));
  const operands = new Set([...others, ...parts.flatMap(({ maker }) => [...maker.reads.keys()])]);
  const together = sizeOf(operands) + sizeOf([...made].filter(kept)) + sizeOf(unit.roots);
  let stored = 0;
  const apart = parts.map(({ maker }) => {
    stored += sizeOf(maker.roots);
    return stored + sizeOf(maker.reads.keys());
  });
  return together > Math.max(...apart, sizeOf(made) + sizeOf(others) + sizeOf(unit.roots));
}
