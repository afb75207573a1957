import type { Node } from '../graph/node.js';
import type { Kind } from '../graph/op.js';
import { unflatten } from '../loops/indices.js';
import { type Nest, nestOf } from '../loops/loop.js';
import type { Target } from '../placement/target.js';
import { unitOf } from './kernel-unit.js';
import { KernelWriter } from './lower.js';
import type { Unit } from './unit.js';

/** What is not computed once more for each of its readers. */
const DEAR: ReadonlySet<Kind> = new Set<Kind>(['reduction', 'contraction', 'recurrence']);

/**
 * The units of a writer's members for a target whose kernels write one value each: one for every member that is wanted elsewhere, oldest
 * first, which reads the others from memory and computes the rest anew. Members that are dear get memory, too.
 */
export function splitUnits(writer: KernelWriter, wanted: ReadonlySet<Node>, target: Pick<Target, 'tile'>): Unit[] {
  const { members } = writer;
  const several = [...members.keys()].filter((node) => wanted.has(node)).length > 1;
  const roots = new Set([...members.keys()].filter((node) => wanted.has(node) || (several && DEAR.has(node.op.kind))));
  if (!several) return [unitOf(writer, wanted, target)];
  return [...roots].map((root) => {
    const inMemory = (node: Node): boolean => writer.inMemory(node) && (roots.has(node) || !members.has(node));
    return unitOf(KernelWriter.of(root, inMemory), roots, target);
  });
}

/**
 * The same kernel with one axis, the thread: its index is where the one result is written, so that addresses which follow the result
 * element by element need no arithmetic at all.
 */
export function overThreads({ stages: [stage] }: Nest): Nest {
  const { loop } = stage!;
  const extents = loop.axes.map(({ extent }) => extent);
  const extent = extents.reduce((count, size) => count * size, 1);
  return nestOf({
    axes: [{ key: `t0x${extent}`, extent }],
    order: [0],
    ordered: new Set(),
    tile: new Map(),
    stores: ([thread]) => loop.stores(unflatten(thread!, extents)),
  });
}
