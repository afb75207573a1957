import type { Node } from '../graph/node.js';
import { productIn } from './contraction.js';
import type { Expr } from './expression.js';
import { extentsOf, Frame, ownIndex, sizesOf } from './frame.js';
import { type Axis, flatten, type Index } from './indices.js';
import { type Loop, nestOf, type Store } from './loop.js';
import { KernelWriter } from './lower.js';
import type { Target } from './target.js';
import type { Unit } from './unit.js';

/** The kernel of a writer's members; those that are wanted elsewhere are stored. */
export function unitOf(writer: KernelWriter, wanted: ReadonlySet<Node>, target: Pick<Target, 'tile'>): Unit {
  const members = [...writer.members];
  const roots = members.filter((node) => wanted.has(node));

  // Members one after another, also those that are not stored: so no lowering goes deeper than one member.
  const stores = (cell: readonly Index[]): Store[] => {
    writer.enter(cell);
    const values = new Map(members.map((node) => [node, writer.member(node)]));
    return roots.map((node) => {
      const address = flatten(ownIndex(node, cell), sizesOf(node));
      return { buffer: writer.bufferOf(node), address, value: values.get(node)!, accumulate: false };
    });
  };
  const plain = stores(writer.plain);
  const { axes, recurrent } = writer;
  const last = recurrent ? axes.findIndex((axis) => axis.key === recurrent.key) : -1;
  const order = axes.map((_, i) => i).filter((i) => i !== last);
  if (last >= 0) order.push(last);
  const loop: Loop = {
    axes,
    order,
    ordered: new Set(recurrent ? [recurrent.key] : []),
    stores,
    tile: members[0]!.op.kind === 'contraction' ? tilesOf(plain, axes, target.tile) : new Map(),
  };
  const writes = new Map(roots.map((node, i) => [node, plain[i]!.address.key]));
  return {
    kind: 'loop',
    roots,
    computed: byAge(writer.computed),
    reads: writer.reads,
    writes,
    nest: nestOf(loop),
    buffers: writer.buffers,
  };
}

/** A scatter: a loop over what is added, into a result that starts from 0. */
export function scatterUnit(node: Node, inMemory: (node: Node) => boolean): Unit {
  const source = node.inputs.at(-1)!;
  const writer = new KernelWriter(extentsOf(source), (x) => x !== node && inMemory(x));
  const targetAt = (cell: readonly Index[]): readonly Index[] => node.op.target!(new Frame(node, ownIndex(source, cell), writer));
  const stores = (cell: readonly Index[]): Store[] => {
    writer.enter(cell);
    const value = writer.lower(node, ownIndex(source, cell));
    return [{ buffer: writer.bufferOf(node), address: flatten(targetAt(cell), sizesOf(node)), value, accumulate: true }];
  };
  const [store] = stores(writer.plain);
  const parallel = axesOfCells(targetAt(writer.plain));
  const { axes } = writer;
  const loop: Loop = {
    axes,
    order: axes.map((_, i) => i),
    ordered: new Set(axes.map((axis) => axis.key).filter((key) => !parallel.has(key))),
    stores,
    tile: new Map(),
  };
  const nest = nestOf(loop, [{ buffer: writer.bufferOf(node), value: 0 }]);
  const computed = byAge(new Set([...writer.computed, node]));
  const writes = new Map([[node, store!.address.key]]);
  return { kind: 'loop', roots: [node], computed, reads: writer.reads, writes, nest, buffers: writer.buffers };
}

function byAge(nodes: Iterable<Node>): Node[] {
  return [...nodes].sort((a, b) => a.id - b.id);
}

/** The axes that alone make up an index of the target: different values go to different cells, whatever else is scattered. */
function axesOfCells(target: readonly Index[]): ReadonlySet<string> {
  return new Set(
    target.flatMap((index) => {
      const [term, ...more] = index.terms;
      return term?.atom.kind === 'axis' && more.length === 0 ? [term.atom.key] : [];
    }),
  );
}

/** The first sum of products: one axis that only its first factor varies with is tiled, and one that only the second does. */
function tilesOf(stores: readonly Store[], axes: readonly Axis[], [rows, columns]: Target['tile']): Map<string, number> {
  const tile = new Map<string, number>();
  const [a, b] = productIn(stores[0]?.value)?.factors ?? [];
  if (!a || !b) return tile;
  const only = (x: Expr, y: Expr): Axis | undefined =>
    axes.findLast((axis) => axis.extent >= 2 && x.axes.has(axis.key) && !y.axes.has(axis.key));
  const row = only(a, b);
  const column = only(b, a);
  if (row && rows > 1) tile.set(row.key, Math.min(rows, row.extent));
  if (column && columns > 1) tile.set(column.key, Math.min(columns, column.extent));
  return tile;
}
