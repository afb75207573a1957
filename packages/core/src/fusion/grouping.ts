import { type Node, nameOfNode } from '../graph/node.js';
import type { Target } from '../placement/target.js';
import { EPILOGUE, SMALL } from './cost.js';
import { extentsOf } from './frame.js';
import { KernelWriter, Refused } from './lower.js';
import { pointsOf, seatBeside } from './sharing.js';
import type { Unit } from './unit.js';

/** A kernel in the making, and what decides who may join it. */
export interface Group {
  readonly position: number;
  /** The extents of all members, while they are the same. */
  readonly extents: string;
  readonly first: Node;
  /** Holds the members as they are tried. */
  writer: KernelWriter;
  /** Have members axes that not all share? */
  staged: boolean;
  /** Members that others read from memory. */
  readonly kept: Set<Node>;
  /** How many elements the largest member computes or combines. */
  points: number;
  /** How many all of them do together. */
  total: number;
  /** Has a node been tried that was refused, so that the writer holds more than the members? */
  tried: boolean;
  /** The kind that gives the kernel its form, once it has one. */
  core: 'contraction' | 'reduction' | 'recurrence' | null;
}

export interface GroupingOptions {
  readonly target: Pick<Target, 'statements' | 'limits'>;
  readonly fuse: boolean;
}

/** Puts stored nodes, oldest first, into kernels; the decision who may join whom is `refusal` and `#candidates`. */
export class Grouping {
  /** Kernels in the making, and units that stand alone. */
  readonly groups: (Group | Unit)[] = [];
  readonly #inMemory: (node: Node) => boolean;
  readonly #options: GroupingOptions;
  /** By extents: the last kernel that was begun. */
  readonly #last = new Map<string, Group>();
  /** The last small kernel that was begun, which strangers may join. */
  #small: Group | null = null;
  /** By id: the position of the unit that makes a node, or of the newest that a node reads where it is computed in its readers. */
  readonly #positions: Int32Array;

  constructor(nodes: readonly Node[], inMemory: (node: Node) => boolean, options: GroupingOptions) {
    this.#positions = new Int32Array((nodes.at(-1)?.id ?? 0) + 1).fill(-1);
    this.#inMemory = inMemory;
    this.#options = options;
  }

  /** The position of the newest unit that a node needs, itself aside. Asked for every node, oldest first. */
  newestRead(node: Node): number {
    let newest = -1;
    for (const x of node.inputs) newest = Math.max(newest, this.#positions[x.id]!);
    this.#positions[node.id] = newest;
    return newest;
  }

  alone(node: Node, unit: Unit): void {
    this.#positions[node.id] = this.groups.length;
    this.groups.push(unit);
  }

  /** Puts a node into a kernel; says why into a new one, if there were kernels to join. */
  place(node: Node, newest: number): string | null {
    const extents = extentsOf(node).join();
    let why: string | null = null;
    for (const group of this.#candidates(node, extents, newest)) {
      const refused = refusal(group, node, newest) ?? this.#join(group, node);
      if (refused === null) return null;
      why ??= refused;
    }
    this.#open(node, extents);
    return why;
  }

  /**
   * The kernel that makes the newest value that a node reads, and the last one of the node's extents, if both read something in common.
   * Strangers gain little from one another, and would keep alive what they read; so only what reads leaves alone, which live anyway, may
   * join those, and what is small and reads no more than it makes: so the updates of all small parameters are one kernel.
   */
  #candidates(node: Node, extents: string, newest: number): Set<Group> {
    const candidates = new Set<Group>();
    if (!this.#options.fuse) return candidates;
    const maker = this.groups[newest];
    if (maker && 'writer' in maker && (maker.extents === extents || this.#mayShare(maker, node))) candidates.add(maker);
    const last = this.#last.get(extents);
    if (last && (extents === '' || newest < 0 || this.#meets(last, node))) candidates.add(last);
    const small = this.#small;
    if (small?.core === null && node.op.kind === 'pointwise' && small.total + pointsOf(node) <= SMALL) candidates.add(small);
    return candidates;
  }

  /** Does a node read from memory what a kernel makes or reads? */
  #meets({ writer }: Group, node: Node): boolean {
    return this.#reach(node).some((x) => writer.members.has(x) || writer.reads.has(x));
  }

  /** What is computed for a node without being stored, and what that reads from memory; without the node itself. */
  #reach(node: Node): Node[] {
    const seen = new Set(node.inputs);
    for (const x of seen) if (!this.#inMemory(x)) for (const y of x.inputs) seen.add(y);
    return [...seen];
  }

  #open(node: Node, extents: string): void {
    const group: Group = {
      position: this.groups.length,
      extents,
      first: node,
      writer: KernelWriter.of(node, this.#inMemory),
      staged: false,
      kept: new Set(),
      points: 0,
      total: 0,
      tried: false,
      core: null,
    };
    this.groups.push(group);
    this.#last.set(extents, group);
    if (node.op.kind === 'pointwise' && pointsOf(node) <= SMALL) this.#small = group;
    this.#add(group, node);
    if (this.#options.fuse) group.writer.member(node);
  }

  #join(group: Group, node: Node): string | null {
    const { statements } = this.#options.target;
    const most = statements * (group.core === 'contraction' ? EPILOGUE : 1);
    if (group.writer.expressions + this.#reach(node).length >= most) return isFull(group);
    const sameAxes = !group.staged && extentsOf(node).join() === group.extents;
    const why = sameAxes ? this.#joinBeside(group, node, most) : null;
    if (sameAxes && why === null) return null;
    if (this.#mayShare(group, node)) return this.#joinAsStage(group, node, most);
    return why ?? `it is no stage for the kernel of ${nameOfNode(group.first)}`;
  }

  /** Could a node be a stage of a kernel? Products have tiles and recurrences an innermost loop instead; limited kernels write one value. */
  #mayShare({ core, writer, points }: Group, node: Node): boolean {
    if (this.#options.target.limits || core === 'contraction' || core === 'recurrence' || node.op.kind === 'recurrence')
      return false;
    const extents = extentsOf(node);
    return Math.max(points, pointsOf(node)) <= SMALL || writer.shared.some(({ extent }) => extents.includes(extent));
  }

  /** Joins a kernel whose members all have the same axes, as another of them. */
  #joinBeside(group: Group, node: Node, most: number): string | null {
    const why = refusalOf(() => {
      group.writer.sit(node);
      group.writer.member(node);
      const { expressions, reads, members } = group.writer;
      if (expressions >= most || reads.size + members.size > (this.#options.target.limits?.reads ?? Infinity))
        throw new Refused(isFull(group));
    });
    if (why === null) this.#add(group, node);
    else this.#stand(group, node);
    return why;
  }

  /** Joins a kernel with stages, or makes it one. */
  #joinAsStage(group: Group, node: Node, most: number): string | null {
    const why = refusalOf(() => {
      const { shared, seats, kept } = seatBeside(group, node, this.#inMemory);
      const writer = group.staged ? group.writer : new KernelWriter(shared, this.#inMemory);
      for (const [member, seat] of group.staged ? [[node, seats.get(node)!] as const] : seats) {
        writer.members.set(member, seat);
        writer.enter(seat);
        writer.member(member);
      }
      if (writer.expressions >= most) throw new Refused(isFull(group));
      group.writer = writer;
      group.staged = true;
      for (const member of kept) group.kept.add(member);
      this.#last.set(extentsOf(node).join(), group);
    });
    if (why === null) this.#add(group, node);
    else if (group.staged) this.#stand(group, node);
    return why;
  }

  #stand(group: Group, node: Node): void {
    group.tried = true;
    group.writer.members.delete(node);
  }

  #add(group: Group, node: Node): void {
    const points = pointsOf(node);
    group.points = Math.max(group.points, points);
    group.total += points;
    const { kind } = node.op;
    if (kind === 'contraction' || kind === 'reduction' || kind === 'recurrence') group.core = kind;
    this.#positions[node.id] = group.position;
  }
}

/** What is refused while something is tried. */
function refusalOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

function isFull({ first }: Group): string {
  return `the kernel of ${nameOfNode(first)} is full`;
}

/** Why a node may not join a kernel, from what is known without trying. */
function refusal(group: Group, node: Node, newest: number): string | null {
  const { kind } = node.op;
  if (newest > group.position) return `it reads what is made after the kernel of ${nameOfNode(group.first)}`;
  if (kind === 'contraction') return 'a product begins a kernel';
  if (group.core === 'contraction' && newest < group.position)
    return `it reads nothing of the product ${nameOfNode(group.first)}`;
  const hasCore = kind === 'reduction' || kind === 'recurrence';
  if (hasCore && group.core && group.core !== kind) return `a ${kind} does not stand beside a ${group.core}`;
  return null;
}

/** A writer of the members of a group alone, which all have the same axes. */
export function writerOf({ writer, tried }: Group): KernelWriter {
  if (!tried) return writer;
  const fresh = new KernelWriter(writer.shared, writer.inMemory);
  for (const [node, seat] of writer.members) fresh.members.set(node, seat);
  return fresh;
}
