import { type DataAttrs, dataOp, isInput, isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { mayReplace, type Unit } from '../loops/unit.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { type Block, pack } from './pack.js';
import type { Schedule } from './schedule.js';
import type { Slot } from './tape.js';
import type { Update } from './updates.js';

/** Bytes of a node's value. */
export function sizeOf(node: Node): number {
  return countOf(node.shape) * bytesOf(node.dtype);
}

export interface PlanOptions {
  readonly alignment: number;
  /** May a result take the place of an operand that dies? */
  readonly inPlace: boolean;
}

export interface Plan {
  readonly slots: ReadonlyMap<Node, Slot>;
  readonly scratchBytes: number;
}

/** All that memory depends on. */
export interface Planned extends Schedule {
  readonly leaves: readonly Node[];
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/**
 * Gives every value a place: states and constants have their own, an update that goes straight into its state has the state's, and all
 * others share one scratch block by their lifetimes. Inputs live during the whole run, results to its end.
 */
export function plan(program: Planned, { alignment, inPlace }: PlanOptions): Plan {
  const { units, leaves, direct } = program;
  const blocks = new Map<Node, Shared>();
  const end = units.length;
  for (const node of leaves)
    if (isInput(node)) blocks.set(node as Node, { bytes: sizeOf(node as Node), first: -1, last: end, offset: 0 });

  const last = lastReads(program);
  units.forEach((unit, t) => {
    const hosts = inPlace ? hostsOf(unit, t, last, blocks) : new Map<Node, Node>();
    for (const root of unit.roots) {
      if (direct.has(root)) continue;
      const host = hosts.get(root);
      const until = last.get(root) ?? t;
      if (host) blocks.set(root, extend(blocks.get(host)!, until));
      else blocks.set(root, { bytes: sizeOf(root), first: t, last: until, offset: 0 });
    }
  });
  const scratchBytes = pack([...new Set(blocks.values())], alignment);

  const slots = new Map<Node, Slot>();
  const add = (node: Node, place: Slot['place']): void => {
    const shape = node.shape as readonly number[];
    slots.set(node, { id: slots.size, node, dtype: node.dtype, shape, length: countOf(shape), place });
  };
  for (const leaf of leaves) if (!isInput(leaf)) add(leaf, placeOfLeaf(leaf));
  for (const [value, state] of direct) add(value, slots.get(state)!.place);
  for (const [node, { offset }] of blocks) add(node, { kind: 'scratch', offset });
  return { slots, scratchBytes };
}

/** A block may hold several values, one after another. */
interface Shared extends Block {
  last: number;
}

function extend(block: Shared, last: number): Shared {
  block.last = last;
  return block;
}

function placeOfLeaf(leaf: Node): Slot['place'] {
  if (isState(leaf)) return { kind: 'state', name: leaf.attrs.name };
  if (leaf.op === dataOp) return { kind: 'constant', values: (leaf as Node<DataAttrs>).attrs.data };
  throw new Error(`${leaf.op.name} %${leaf.id} has no memory`);
}

/** The last step at which each value is needed; results and what is copied to states to the end. */
function lastReads({ units, outputs, updates, direct }: Planned): Map<Node, number> {
  const last = new Map<Node, number>();
  units.forEach((unit, t) => {
    for (const x of unit.reads.keys()) last.set(x, t);
  });
  for (const node of outputs) last.set(node, units.length);
  for (const { value } of updates) if (!direct.has(value)) last.set(value, units.length);
  return last;
}

/**
 * The operands whose place results take: those that die here, of the same number of elements of the same size, of which the unit reads
 * nothing after it is overwritten.
 */
function hostsOf(unit: Unit, t: number, last: ReadonlyMap<Node, number>, blocks: ReadonlyMap<Node, Shared>): Map<Node, Node> {
  const hosts = new Map<Node, Node>();
  const free = [...unit.reads.keys()].filter((x) => last.get(x) === t && blocks.has(x) && !isInput(x));
  const taken = new Set<Node>();
  for (const root of unit.roots) {
    const host = free.find((x) => !taken.has(x) && fits(x, root) && mayReplace(unit, x, root));
    if (!host) continue;
    hosts.set(root, host);
    taken.add(host);
  }
  return hosts;
}

function fits(x: Node, root: Node): boolean {
  return countOf(x.shape) === countOf(root.shape) && bytesOf(x.dtype) === bytesOf(root.dtype);
}
