import { mayReplace } from '../fusion/unit.js';
import { type DataAttrs, dataOp, isInput, isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { type Block, pack } from './pack.js';
import type { Turns } from './recompute.js';
import type { Step, Value } from './step.js';
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
  readonly slots: ReadonlyMap<Value, Slot>;
  readonly scratchBytes: number;
}

/** All that memory depends on. */
export interface Planned extends Turns {
  readonly leaves: readonly Node[];
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/**
 * Gives every value a place: states and constants have their own, an update that goes straight into its state has the state's, and all
 * others share one scratch block by their lifetimes. Inputs live during the whole run, results to its end.
 */
export function plan(program: Planned, { alignment, inPlace }: PlanOptions): Plan {
  const { steps, first, leaves, direct } = program;
  const blocks = new Map<Value, Shared>();
  const end = steps.length;
  for (const node of leaves)
    if (isInput(node)) blocks.set(first.get(node)!, { bytes: sizeOf(node as Node), first: -1, last: end, offset: 0 });

  const last = lastReads(program);
  steps.forEach((step, t) => {
    const hosts = inPlace ? hostsOf(step, t, last, blocks) : new Map<Node, Value>();
    for (const root of step.unit.roots) {
      if (direct.has(root)) continue;
      const value = step.values.get(root)!;
      const host = hosts.get(root);
      const until = last.get(value) ?? t;
      if (host) blocks.set(value, extend(blocks.get(host)!, until));
      else blocks.set(value, { bytes: sizeOf(root), first: t, last: until, offset: 0 });
    }
  });
  const scratchBytes = pack([...new Set(blocks.values())], alignment);

  const slots = new Map<Value, Slot>();
  const add = (value: Value, place: Slot['place']): void => {
    const { node } = value;
    const shape = node.shape as readonly number[];
    slots.set(value, { id: slots.size, node, dtype: node.dtype, shape, length: countOf(shape), place });
  };
  for (const leaf of leaves) if (!isInput(leaf)) add(first.get(leaf)!, placeOfLeaf(leaf));
  for (const [node, state] of direct) add(first.get(node)!, slots.get(first.get(state)!)!.place);
  for (const [value, { offset }] of blocks) add(value, { kind: 'scratch', offset });
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
function lastReads({ steps, first, outputs, updates, direct }: Planned): Map<Value, number> {
  const last = new Map<Value, number>();
  steps.forEach(({ unit, values }, t) => {
    for (const x of unit.reads.keys()) last.set(values.get(x)!, t);
  });
  for (const node of outputs) last.set(first.get(node)!, steps.length);
  for (const { value } of updates) if (!direct.has(value)) last.set(first.get(value)!, steps.length);
  return last;
}

/**
 * The operands whose place results take: those that die here, of the same number of elements of the same size, of which the unit reads
 * nothing after it is overwritten.
 */
function hostsOf(
  { unit, values }: Step,
  t: number,
  last: ReadonlyMap<Value, number>,
  blocks: ReadonlyMap<Value, Shared>,
): Map<Node, Value> {
  const hosts = new Map<Node, Value>();
  const free = [...unit.reads.keys()].filter((x) => {
    const value = values.get(x)!;
    return last.get(value) === t && blocks.has(value) && !isInput(x);
  });
  const taken = new Set<Node>();
  for (const root of unit.roots) {
    const host = free.find((x) => !taken.has(x) && fits(x, root) && mayReplace(unit, x, root));
    if (!host) continue;
    hosts.set(root, values.get(host)!);
    taken.add(host);
  }
  return hosts;
}

function fits(x: Node, root: Node): boolean {
  return countOf(x.shape) === countOf(root.shape) && bytesOf(x.dtype) === bytesOf(root.dtype);
}
