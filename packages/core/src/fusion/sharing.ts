import { type Node, nameOfNode } from '../graph/node.js';
import type { Axis, Index } from '../loops/indices.js';
import { countOf } from '../tensor/shape.js';
import { LENGTH, ROWS, RUN, SMALL } from './cost.js';
import { extentsOf, sizesOf } from './frame.js';
import { axisOf, type KernelWriter, keyOfAxes, Refused } from './lower.js';
import { plainAxes, type Read, readsOf, type Seat } from './seat.js';

/** How a node can join a kernel as a stage of its own. */
export interface Seating {
  readonly shared: readonly Axis[];
  /** The seats of all members, in order, the new one last. */
  readonly seats: ReadonlyMap<Node, Seat>;
  /** The members that it reads from memory. */
  readonly kept: readonly Node[];
}

/** A kernel that a node may join. */
export interface Shareable {
  readonly first: Node;
  readonly writer: KernelWriter;
  /** Have members axes of their own? If so, the shared ones are settled. */
  readonly staged: boolean;
  /** How many elements the largest of its members computes or combines. */
  readonly points: number;
}

/** How many elements a node computes or combines. */
export function pointsOf(node: Node): number {
  const sizes = node.op.kind === 'reduction' ? [node, ...node.inputs] : [node];
  return Math.max(...sizes.map(({ shape }) => countOf(shape)));
}

/**
 * Where a node can stand in a kernel: which axes it shares with all members, and which stages must be over before. It shares an axis where
 * whatever it reads of the kernel it reads at the same index of that axis; where it reads nothing of it, where both read the same memory
 * so. Axes are not shared where that costs more than it saves (`cost.ts`). Throws `Refused` where too little is left.
 */
export function seatBeside(kernel: Shareable, node: Node, inMemory: (node: Node) => boolean): Seating {
  const { first, writer, staged } = kernel;
  const extents = extentsOf(node);
  const reads = readsOf(node, (x) => writer.members.has(x) || inMemory(x));
  const positions = alignment(writer, reads, extents);
  const chosen = worthSharing(positions, extents, staged ? null : writer.shared.map(({ extent }) => extent));
  if (staged && chosen.length < writer.shared.length) throw new Refused(`it does not share the rows of ${nameOfNode(first)}`);
  const isSmall = Math.max(kernel.points, pointsOf(node)) <= SMALL;
  const rows = countOf(chosen.map((k) => writer.shared[k]!.extent));
  if (rows < ROWS && !isSmall) throw new Refused(`it shares too few rows with ${nameOfNode(first)}`);

  const shared = staged ? writer.shared : chosen.map((k, i) => renamed(writer.shared[k]!, i));
  const axes = plainAxes(extents).map((axis, d) => shared[chosen.findIndex((k) => positions[k] === d)] ?? axis);
  const own = axes.filter((axis) => !shared.includes(axis));
  const seats = staged ? new Map(writer.members) : reseated(writer, shared, chosen);
  const length = Math.max(countOf(sizesOfAxes(own)), ...[...seats.values()].map((seat) => countOf(sizesOfAxes(seat.own))));
  if (length < LENGTH && !isSmall) throw new Refused(`the rows that it shares with ${nameOfNode(first)} are short`);
  const read = reads.flatMap((one) => {
    const seat = seats.get(one.node);
    return seat ? [{ ...one, seat }] : [];
  });
  const after = read.map(({ seat, ...one }) => seat.stage + (isBeside(one, seat, axes, own) ? 0 : 1));
  const stage = Math.max(0, ...after);
  const kept = read.filter(({ seat }) => seat.own.length > 0 && seat.stage < stage).map((one) => one.node);
  return { shared, seats: seats.set(node, { axes, own, stage }), kept };
}

/** Which dim of a node stands for each shared axis; −1 where none does. */
function alignment(writer: KernelWriter, reads: readonly Read[], extents: readonly number[]): number[] {
  const plain = plainAxes(extents).map(({ key }) => key);
  // A longer axis may stand for a shorter one, behind a guard.
  const dimOf = (index: Index | undefined, extent: number): number => {
    const d = plain.indexOf((index && axisOf(index)?.key) ?? '');
    return extents[d] === extent ? d : -1;
  };
  const ofMembers = reads.filter(({ node }) => writer.members.has(node));
  if (ofMembers.length > 0) {
    return writer.shared.map(({ key, extent }) => {
      const dims = ofMembers.map((one) => {
        const { axes } = writer.members.get(one.node)!;
        return dimOf(longOf(one)[axes.findIndex((axis) => axis.key === key)], extent);
      });
      return dims.every((d) => d === dims[0]) ? dims[0]! : -1;
    });
  }
  const common = reads.filter(({ node }) => writer.reads.has(node));
  return writer.shared.map(({ key, extent }) => {
    const dims = common.map(({ node, at }) => {
      const there = writer.reads.get(node)!.findIndex((index) => axisOf(index)?.key === key);
      return dimOf(at[there], extent);
    });
    return dims.find((d) => d >= 0) ?? -1;
  });
}

/** The shared axes to keep: in one order everywhere, and with what is in them close together in memory. `members` are those that stand already. */
function worthSharing(positions: readonly number[], extents: readonly number[], members: readonly number[] | null): number[] {
  const chosen: number[] = [];
  positions.forEach((d, k) => {
    if (d > (chosen.length > 0 ? positions[chosen.at(-1)!]! : -1)) chosen.push(k);
  });
  const isScattered = (): boolean => {
    const dims = chosen.map((k) => positions[k]!);
    return isApart(extents, dims) || (members !== null && isApart(members, chosen));
  };
  while (chosen.length > 0 && isScattered()) chosen.pop();
  return chosen;
}

/** Lie the elements of a row apart in memory? */
function isApart(extents: readonly number[], shared: readonly number[]): boolean {
  if (shared.length === extents.length || shared.every((d, i) => d === i)) return false;
  return extents.slice(shared.at(-1)! + 1).reduce((run, extent) => run * extent, 1) < RUN;
}

function sizesOfAxes(axes: readonly Axis[]): number[] {
  return axes.map(({ extent }) => extent);
}

function renamed({ extent }: Axis, i: number): Axis {
  return { key: `s${i}x${extent}`, extent };
}

/** The members of a kernel whose axes were all shared, where only some still are. */
function reseated(writer: KernelWriter, shared: readonly Axis[], chosen: readonly number[]): Map<Node, Seat> {
  const axes = writer.shared.map((axis, k) => shared[chosen.indexOf(k)] ?? axis);
  const own = axes.filter((axis) => !shared.includes(axis));
  return new Map([...writer.members.keys()].map((node) => [node, { axes, own, stage: 0 }]));
}

/** Can a member be read from a register: is it a value of the row, or read at the reader's own index by one of the same axes? */
function isBeside(read: Read, seat: Seat, axes: readonly Axis[], own: readonly Axis[]): boolean {
  if (seat.own.length === 0) return true;
  if (keyOfAxes(seat.own) !== keyOfAxes(own)) return false;
  const plain = plainAxes(axes.map(({ extent }) => extent)).map(({ key }) => key);
  return longOf(read).every((index, i) => axes[plain.indexOf(axisOf(index)?.key ?? '')]?.key === seat.axes[i]!.key);
}

/** The indices of a read along the dims that are not of size 1. */
function longOf({ node, at }: Read): Index[] {
  const sizes = sizesOf(node);
  return at.filter((_, d) => sizes[d] !== 1);
}
