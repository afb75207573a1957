import { isLeaf } from '../fusion/storage.js';
import type { Unit } from '../fusion/unit.js';
import { isInput } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { plainStores } from '../loops/inspect.js';
import { countOf } from '../tensor/shape.js';
import type { Update } from './updates.js';

/** Units without those that only copy, and what results of theirs are in memory anyway. */
export interface WithoutCopies {
  readonly units: readonly Unit[];
  /** By result the value that holds the same elements in the same order. */
  readonly views: ReadonlyMap<Node, Node>;
}

/**
 * Leaves out the copies that results of another shape would be, of values that have memory in the scratch block. What others read or a
 * state takes over stays, and so do slices: they would keep all of a value alive to the end.
 */
export function withoutCopies(units: readonly Unit[], outputs: readonly Node[], updates: readonly Update[]): WithoutCopies {
  const results = new Set(outputs);
  const values = new Set(updates.map(({ value }) => value));
  const read = new Set(units.flatMap((unit) => [...unit.reads.keys()]));
  const views = new Map<Node, Node>();
  for (const unit of units) {
    const [root] = unit.roots as [Node];
    if (!results.has(root) || values.has(root) || read.has(root)) continue;
    const source = sourceOf(unit);
    if (source && !values.has(source) && (isInput(source) || !isLeaf(source))) views.set(root, source);
  }
  return { units: units.filter(({ roots }) => !views.has(roots[0]!)), views };
}

/** The one buffer that a unit copies, element by element. */
function sourceOf({ nest, roots, buffers }: Unit): Node | null {
  if (!nest || roots.length > 1 || nest.stages.length > 1 || nest.fill.length > 0) return null;
  const [store] = plainStores(nest.stages[0]!.loop);
  const { is } = store!.value;
  if (is.kind !== 'load' || is.address.key !== store!.address.key) return null;
  const [source, root] = [buffers[is.buffer]!, roots[0]!];
  return source.dtype === root.dtype && countOf(source.shape) === countOf(root.shape) ? source : null;
}
