import { type Node, nameOfNode } from '../graph/node.js';
import { Builder, type Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { extentsOf, Frame, type Surroundings, sizesOf } from './frame.js';
import { plainAxes, type Seat } from './seat.js';

/** Thrown where a node cannot be computed in the kernel that is being tried; the message says why, after 'because'. */
export class Refused extends Error {}

/** Where values are asked for: a stage, by the axes of its own, and indices along these. */
interface Cell {
  readonly stage: number;
  readonly own: string;
  /** By axis; an axis that is missing stands for itself. */
  readonly at: ReadonlyMap<string, Index>;
}

const PLAIN: ReadonlyMap<string, Index> = new Map();

/**
 * Writes the nodes of one kernel as expressions over its axes. A node that is in memory is loaded; any other is computed where it is
 * read, by its own lowering: that is all of fusion. A member of the kernel is read from a register at its own index in its own stage;
 * from later stages it is loaded.
 */
export class KernelWriter implements Surroundings {
  readonly builder = new Builder();
  /** The axes that all members have. */
  readonly shared: readonly Axis[];
  readonly members = new Map<Node, Seat>();
  /** What it reads from memory, and the first index at which it does. */
  readonly reads = new Map<Node, readonly Index[]>();
  /** Every node that it computes. */
  readonly computed = new Set<Node>();
  /** Nodes by number of buffer, in order of first use: equal kernels number alike. */
  readonly buffers: Node[] = [];
  /** The members that are handed on in rows, by number of row. */
  readonly rows: readonly Node[];
  /** The axis that recurrences run along. */
  recurrent: Axis | null = null;
  /** Which nodes are memory, unless they are members. */
  readonly inMemory: (node: Node) => boolean;
  readonly #sharedKeys: ReadonlySet<string>;
  readonly #numbers = new Map<Node, number>();
  /** By stage, node and index. */
  readonly #values = new Map<string, Expr>();
  #cell: Cell = { stage: 0, own: '', at: PLAIN };

  constructor(shared: readonly Axis[], inMemory: (node: Node) => boolean, rows: readonly Node[] = []) {
    this.shared = shared;
    this.inMemory = inMemory;
    this.#sharedKeys = new Set(shared.map(({ key }) => key));
    this.rows = rows;
    rows.forEach((node, i) => {
      this.#numbers.set(node, -1 - i);
    });
  }

  /** A kernel of one node, by itself. */
  static of(node: Node, inMemory: (node: Node) => boolean): KernelWriter {
    const writer = new KernelWriter(plainAxes(extentsOf(node)), inMemory);
    writer.sit(node);
    return writer;
  }

  /** Makes a node a member that has all axes, and nothing else, and enters its stage. */
  sit(node: Node): void {
    const seat = { axes: this.shared, own: [], stage: 0 };
    this.members.set(node, seat);
    this.enter(seat);
  }

  /** How many expressions have been written. */
  get expressions(): number {
    return this.builder.size;
  }

  /** Everything that follows is asked for in the stage of these axes, at these indices along some axes. */
  enter({ stage, own }: Pick<Seat, 'stage' | 'own'>, axes: readonly Axis[] = [], indices: readonly Index[] = []): void {
    const moved = axes.flatMap((axis, i) => {
      const index = indices[i]!;
      return index.key === Index.axis(axis).key ? [] : [[axis.key, index] as const];
    });
    this.#cell = { stage, own: keyOfAxes(own), at: moved.length > 0 ? new Map(moved) : PLAIN };
  }

  /** The number of the buffer that holds a node. */
  bufferOf(node: Node): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.buffers.length;
      this.#numbers.set(node, number);
      this.buffers.push(node);
    }
    return number;
  }

  /** The value of a member at the present cell. */
  member(node: Node): Expr {
    return this.load(node, this.#ownIndex(node, this.members.get(node)!));
  }

  /** Where a member is stored at the present cell. */
  addressOf(node: Node): Index {
    return this.#addressIn(node, this.#ownIndex(node, this.members.get(node)!));
  }

  load(node: Node, asked: readonly Index[]): Expr {
    const shape = sizesOf(node);
    const at = shape.includes(1) ? asked.map((index, d) => (shape[d] === 1 ? Index.of(0) : index)) : asked;
    const seat = this.members.get(node);
    if (seat ? this.#isEarlier(seat) : this.inMemory(node)) return seat ? this.#reload(node, seat, at) : this.#read(node, at);
    const key = `${seat?.own.length === 0 ? seat.stage : this.#cell.stage}:${keyOf(node, at)}`;
    let value = this.#values.get(key);
    if (!value) {
      if (seat) this.#checkOwn(node, seat, at);
      this.computed.add(node);
      value = this.lower(node, at);
      this.#values.set(key, value);
    }
    return value;
  }

  /** The value of a node by its lowering, whatever is known of it. */
  lower(node: Node, at: readonly Index[]): Expr {
    if (!node.op.lower) throw new Error(`${node.op.name}: a node without lowering was asked for inside a kernel`);
    return node.op.lower(new Frame(node, at, this));
  }

  recurrence(index: Index, factor: Expr, addend: Expr): Expr {
    const axis = axisOf(index);
    // One element: the formula itself, so that its bits do not depend on the length.
    if (index.constant !== null) return factor.mul(factor.constant(0)).add(addend);
    if (!axis) throw new Error(`recurrence: the index ${index.key} is no axis of its own`);
    if (this.recurrent && this.recurrent.key !== axis.key) throw new Refused('its recurrence runs along another axis');
    this.recurrent = axis;
    return this.builder.recurrence(axis, factor, addend);
  }

  /** Is a member of an earlier stage, and in memory by now? */
  #isEarlier({ own, stage }: Seat): boolean {
    return own.length > 0 && (stage < this.#cell.stage || keyOfAxes(own) !== this.#cell.own);
  }

  #ownIndex(node: Node, { axes }: Seat): Index[] {
    let next = 0;
    return sizesOf(node).map((size) => {
      if (size === 1) return Index.of(0);
      const axis = axes[next++]!;
      return this.#cell.at.get(axis.key) ?? Index.axis(axis);
    });
  }

  #read(node: Node, at: readonly Index[]): Expr {
    if (!this.reads.has(node)) this.reads.set(node, at);
    return this.builder.load(this.bufferOf(node), node.dtype, flatten(at, sizesOf(node)));
  }

  /** A member that an earlier stage has stored, at the same index of the shared axes. */
  #reload(node: Node, { axes, stage }: Seat, at: readonly Index[]): Expr {
    const long = at.filter((_, d) => sizesOf(node)[d] !== 1);
    const inRow = axes.every((axis, i) => !this.#sharedKeys.has(axis.key) || long[i]!.key === Index.axis(axis).key);
    if (!inRow || stage >= this.#cell.stage) throw new Refused(`it reads ${nameOfNode(node)} at another index than its own`);
    return this.builder.load(this.bufferOf(node), node.dtype, this.#addressIn(node, at), this.#sharedKeys);
  }

  #addressIn(node: Node, at: readonly Index[]): Index {
    const sizes = sizesOf(node);
    if (this.bufferOf(node) >= 0) return flatten(at, sizes);
    const { axes } = this.members.get(node)!;
    let next = 0;
    const own = sizes.map((size) => size !== 1 && !this.#sharedKeys.has(axes[next++]!.key));
    return flatten(
      at.filter((_, d) => own[d]),
      sizes.filter((_, d) => own[d]),
    );
  }

  /** Over the plain cell, where the grouping is tried; at the cells of a tile the answer is the same, or a recomputation. */
  #checkOwn(node: Node, seat: Seat, at: readonly Index[]): void {
    if (this.#cell.at !== PLAIN || keyOf(node, at) === keyOf(node, this.#ownIndex(node, seat))) return;
    throw new Refused(`it reads ${nameOfNode(node)} at another index than its own`);
  }
}

function keyOf(node: Node, at: readonly Index[]): string {
  let key = `${node.id}`;
  for (const index of at) key += `|${index.key}`;
  return key;
}

/** The identity of some axes in order. */
export function keyOfAxes(axes: readonly Axis[]): string {
  return axes.map(({ key }) => key).join();
}

/** The axis that an index is, if it is one. */
export function axisOf(index: Index): Axis | null {
  const [term, ...more] = index.terms;
  if (term?.atom.kind !== 'axis' || term.coefficient !== 1 || index.offset !== 0 || more.length > 0) return null;
  return term.atom.axis;
}
