import type { Node } from '../graph/node.js';
import { Builder, type Expr } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import { plainStores } from '../loops/inspect.js';
import type { Loop, Store } from '../loops/loop.js';
import { Rewriting } from '../loops/substitute.js';
import { pieceOf } from '../placement/pieces.js';
import type { Destination } from './destination.js';
import { unitAround } from './kernel-unit.js';
import type { Unit } from './unit.js';

/** A value that another kernel copies, perhaps after some arithmetic, to its place in a larger one, or to another order. */
export interface Part {
  readonly node: Node;
  /** The kernel that makes it. */
  readonly maker: Unit;
  readonly destination: Destination;
}

/** One kernel of several: of those that make parts of what another one makes, and what is left of that. */
export class JoinedUnit {
  readonly #unit: Unit;
  readonly #parts: readonly Part[];
  readonly #kept: (node: Node) => boolean;
  readonly #builder = new Builder();
  readonly #buffers: Node[] = [];
  readonly #numbers = new Map<Node, number>();

  /** `kept` tells which values somebody else wants in memory. */
  constructor(unit: Unit, parts: readonly Part[], kept: (node: Node) => boolean) {
    this.#unit = unit;
    this.#parts = parts.toSorted((a, b) => a.destination.first - b.destination.first);
    this.#kept = kept;
  }

  unit(): Unit {
    const stages = this.#loops().map((loop) => ({ values: [], loop }));
    for (const { loop } of stages) plainStores(loop);
    const units = [this.#unit, ...this.#parts.map(({ maker }) => maker)];
    const roots = units.flatMap((unit) => unit.roots).filter((root) => this.#unit.roots.includes(root) || this.#kept(root));
    const reads = new Map(this.#buffers.filter((node) => !roots.includes(node)).map((node) => [node, []]));
    const nest = { shared: [], stages, rows: [], fill: [] };
    const computed = new Set(units.flatMap((unit) => unit.computed));
    const joined = unitAround(
      nest,
      roots.sort((a, b) => a.id - b.id),
      { buffers: this.#buffers, rows: [], computed, reads },
    );
    return { ...joined, placed: new Map(this.#parts.map(({ node }) => [node, this.#unit.roots[0]!])) };
  }

  /** The loop of the kernel that makes a part, which stores it where it goes. */
  loopOf({ node, maker, destination: { along, first, end, indicesOf } }: Part): Loop {
    const { loop } = maker.nest!.stages[0]!;
    const piece = pieceOf(this.#unit.nest!.stages[0]!.loop, along, first, end - first);
    const later = plainStores(piece);
    const stores = (at: readonly Index[]): Store[] => {
      const own = loop.stores(at);
      const made = own.find(({ buffer }) => maker.buffers[buffer] === node)!;
      const before = this.#rewriting(maker);
      const indices = indicesOf(made.address);
      const axes = new Map(piece.axes.map(({ key }, i) => [key, indices[i]!]));
      const after = this.#rewriting(this.#unit, axes, new Map([[node, before.value(made.value)]]));
      const kept = own.filter(({ buffer }) => this.#kept(maker.buffers[buffer]!));
      return [...this.#moved(this.#unit, later, after), ...this.#moved(maker, kept, before)];
    };
    return { ...loop, stores };
  }

  /** The parts, and what lies between them, from first to last. */
  #loops(): Loop[] {
    const { loop } = this.#unit.nest!.stages[0]!;
    const loops: Loop[] = [];
    const { along } = this.#parts[0]!.destination;
    let done = 0;
    const fill = (end: number): void => {
      if (end > done) loops.push(this.#rest(pieceOf(loop, along, done, end - done)));
    };
    for (const part of this.#parts) {
      fill(part.destination.first);
      loops.push(this.loopOf(part));
      done = part.destination.end;
    }
    fill(loop.axes[along]!.extent);
    return loops;
  }

  #rest(piece: Loop): Loop {
    return { ...piece, stores: (at) => this.#moved(this.#unit, piece.stores(at), this.#rewriting(this.#unit)) };
  }

  /** Values of a unit over the buffers of this one, with indices in the place of axes, and values in that of what would be read. */
  #rewriting(
    { buffers }: Unit,
    axes: ReadonlyMap<string, Index> = new Map(),
    values: ReadonlyMap<Node, Expr> = new Map(),
  ): Rewriting {
    return new Rewriting(axes, {
      builder: this.#builder,
      load: (buffer, dtype, address, rewritten) => {
        const node = buffers[buffer]!;
        return values.get(node) ?? this.#builder.load(this.#numberOf(node), dtype, address, rewritten);
      },
    });
  }

  #moved({ buffers }: Unit, stores: readonly Store[], rewriting: Rewriting): Store[] {
    return stores.map((store) => ({
      ...store,
      buffer: this.#numberOf(buffers[store.buffer]!),
      address: rewriting.index(store.address),
      value: rewriting.value(store.value),
    }));
  }

  #numberOf(node: Node): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.#buffers.length;
      this.#numbers.set(node, number);
      this.#buffers.push(node);
    }
    return number;
  }
}
