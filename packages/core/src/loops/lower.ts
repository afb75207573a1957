import { type Node, nameOfNode } from '../graph/node.js';
import { Builder, type Expr } from './expression.js';
import { Frame, ownIndex, type Surroundings, sizesOf } from './frame.js';
import { type Axis, flatten, Index } from './indices.js';

/** Thrown where a node cannot be computed in the kernel that is being tried; the message says why, after 'because'. */
export class Refused extends Error {}

/**
 * Writes the nodes of one kernel as expressions over its axes. A node that is in memory is loaded; any other is computed where it is
 * read, by its own lowering: that is all of fusion. Members of the kernel are read at their own index only, from a register.
 */
export class KernelWriter implements Surroundings {
  readonly builder = new Builder();
  readonly axes: readonly Axis[];
  /** The axes themselves as indices: the one cell that stands for all. */
  readonly plain: readonly Index[];
  readonly members = new Set<Node>();
  /** What it reads from memory, and at which addresses (keys of indices, over the plain cell). */
  readonly reads = new Map<Node, Set<string>>();
  /** Every node that it computes. */
  readonly computed = new Set<Node>();
  /** Nodes by number of buffer, in order of first use: equal kernels number alike. */
  readonly buffers: Node[] = [];
  /** The axis that recurrences run along. */
  recurrent: Axis | null = null;
  /** Which nodes are memory, unless they are members. */
  readonly inMemory: (node: Node) => boolean;
  readonly #numbers = new Map<Node, number>();
  readonly #values = new Map<string, Expr>();
  #cell: readonly Index[];

  constructor(extents: readonly number[], inMemory: (node: Node) => boolean) {
    this.axes = extents.map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
    this.plain = this.axes.map(Index.axis);
    this.#cell = this.plain;
    this.inMemory = inMemory;
  }

  /** How many expressions have been written. */
  get expressions(): number {
    return this.builder.size;
  }

  /** Everything that follows is asked for at this index of the loop. */
  enter(cell: readonly Index[]): void {
    this.#cell = cell.every((index, i) => index.key === this.plain[i]!.key) ? this.plain : cell;
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
    return this.load(node, ownIndex(node, this.#cell));
  }

  load(node: Node, asked: readonly Index[]): Expr {
    const shape = sizesOf(node);
    const at = shape.includes(1) ? asked.map((index, d) => (shape[d] === 1 ? Index.of(0) : index)) : asked;
    if (this.inMemory(node) && !this.members.has(node)) return this.#read(node, at, shape);
    const key = keyOf(node, at);
    let value = this.#values.get(key);
    if (!value) {
      if (this.members.has(node)) this.#checkOwn(node, key);
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
    const axis = onlyAxis(index);
    // One element: the formula itself, so that its bits do not depend on the length.
    if (!axis) return factor.mul(factor.constant(0)).add(addend);
    if (this.recurrent && this.recurrent.key !== axis.key) throw new Refused('its recurrence runs along another axis');
    this.recurrent = axis;
    return this.builder.recurrence(axis, factor, addend);
  }

  #read(node: Node, at: readonly Index[], shape: readonly number[]): Expr {
    const address = flatten(at, shape);
    if (this.#cell === this.plain) {
      const addresses = this.reads.get(node);
      if (addresses) addresses.add(address.key);
      else this.reads.set(node, new Set([address.key]));
    }
    return this.builder.load(this.bufferOf(node), node.dtype, address);
  }

  /** Over the plain cell, where the grouping is tried; at the cells of a tile the answer is the same, or a recomputation. */
  #checkOwn(node: Node, key: string): void {
    if (this.#cell !== this.plain || key === keyOf(node, ownIndex(node, this.plain))) return;
    throw new Refused(`it reads ${nameOfNode(node)} at another index than its own`);
  }
}

function keyOf(node: Node, at: readonly Index[]): string {
  let key = `${node.id}`;
  for (const index of at) key += `|${index.key}`;
  return key;
}

function onlyAxis(index: Index): Axis | null {
  if (index.constant !== null) return null;
  const [term, ...more] = index.terms;
  if (term?.atom.kind === 'axis' && term.coefficient === 1 && index.offset === 0 && more.length === 0) return term.atom.axis;
  throw new Error(`recurrence: the index ${index.key} is no axis of its own`);
}
