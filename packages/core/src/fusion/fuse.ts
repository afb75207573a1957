import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached } from '../graph/replay.js';
import type { Target } from '../placement/target.js';
import { type Group, Grouping, writerOf } from './grouping.js';
import { scatterUnit, stagedUnit, unitOf } from './kernel-unit.js';
import { KernelWriter } from './lower.js';
import { splitUnits } from './split.js';
import { isLeaf, storedNodes } from './storage.js';
import { type Unit, wholeUnit } from './unit.js';

export interface FuseOptions {
  readonly target: Pick<Target, 'instructions' | 'statements' | 'tile' | 'limits' | 'hosted'>;
  /** False gives every node a kernel of its own. */
  readonly fuse: boolean;
  /** Does the backend have a hand-written kernel for this node? */
  readonly hasRoutine?: (node: Node) => boolean;
}

export interface Fusion {
  /** In an order in which they can run. */
  readonly units: readonly Unit[];
  /** Why each node is in memory, and why it began a kernel. */
  readonly notes: ReadonlyMap<Node, string>;
}

/**
 * Decides which nodes get memory and which of those share a kernel: buffers first (`storage.ts`), then one walk, oldest first, in which a
 * node joins a kernel, if nothing that it reads is made later, and what it reads of that kernel it reads at its own index (`grouping.ts`), or
 * at the same index of axes that all of the kernel shares (`sharing.ts`). Positions never grow smaller along a dependence, so the list of kernels is an order to run them in. At last, what nobody
 * outside of a kernel reads stays in registers, or in a row of the kernel's own.
 */
export function fuse(outputs: readonly Node[], options: FuseOptions): Fusion {
  const nodes = reached(outputs);
  const formOf = (node: Node): Unit['kind'] => {
    if (options.target.instructions === 'ops') return 'op';
    if (options.hasRoutine?.(node)) return 'routine';
    if (node.op.kind === 'procedure') return 'procedure';
    return 'loop';
  };
  // What this process computes for a device mixes with nothing.
  const isApart = (node: Node): boolean =>
    formOf(node) === 'loop' && !isConstant(node) && typeof options.target.hosted?.(node) === 'string';
  const stored = storedNodes(outputs, nodes, {
    fuse: options.fuse,
    isApart,
    wholly: (node) => formOf(node) !== 'loop',
    reads: options.target.limits?.reads ?? Infinity,
  });
  const inMemory = (node: Node): boolean => isLeaf(node) || stored.has(node);
  const notes = new Map([...stored].map(([node, why]) => [node, `stored because ${why}`]));

  const grouping = new Grouping(nodes, inMemory, options);
  const groups = grouping.groups;
  for (const node of nodes) {
    if (isLeaf(node)) continue;
    const newest = grouping.newestRead(node);
    if (!stored.has(node)) continue;
    const kind = formOf(node);
    if (kind !== 'loop') grouping.alone(node, wholeUnit(kind, node));
    else if (node.op.kind === 'scatter') grouping.alone(node, scatterUnit(node, inMemory));
    else if (isApart(node)) grouping.alone(node, unitOf(KernelWriter.of(node, inMemory), new Set([node]), options.target));
    else {
      const why = grouping.place(node, newest);
      if (why) notes.set(node, `${notes.get(node)}; begins a kernel because ${why}`);
    }
  }
  return { units: finish(groups, outputs, options), notes };
}

/** Newest first, so that it is known who reads what: members that nobody outside reads are no roots. */
function finish(groups: readonly (Group | Unit)[], outputs: readonly Node[], { target }: FuseOptions): Unit[] {
  const wanted = new Set(outputs);
  const unitsOf = (group: Group | Unit): Unit[] => {
    if (!('writer' in group)) return [group];
    if (group.staged) return [stagedUnit(group.writer, group.kept, wanted)];
    const writer = writerOf(group);
    return target.limits?.stores === 1 ? splitUnits(writer, wanted, target) : [unitOf(writer, wanted, target)];
  };
  const units = groups.toReversed().map((group) => {
    const made = unitsOf(group);
    for (const { reads } of made) for (const x of reads.keys()) wanted.add(x);
    return made;
  });
  return units.reverse().flat();
}
