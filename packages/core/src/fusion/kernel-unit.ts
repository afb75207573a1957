import type { Node } from '../graph/node.js';
import { productIn } from '../loops/contraction.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { type Loop, type Nest, nestOf, type Stage, type Store } from '../loops/loop.js';
import type { Target } from '../placement/target.js';
import { bytesOf } from '../tensor/dtype.js';
import { accessesOf, rowKey } from './access.js';
import { ROW_BYTES } from './cost.js';
import { extentsOf, Frame, ownIndex, sizesOf } from './frame.js';
import { KernelWriter, keyOfAxes } from './lower.js';
import { plainAxes, type Seat } from './seat.js';
import type { Access, Unit } from './unit.js';

/** The kernel of a writer's members, which have all axes in common; those that are wanted elsewhere are stored. */
export function unitOf(writer: KernelWriter, wanted: ReadonlySet<Node>, target: Pick<Target, 'tile'>): Unit {
  const members = [...writer.members.keys()];
  const roots = members.filter((node) => wanted.has(node));
  const { shared: axes } = writer;
  const stores = storesOf(writer, members, roots, axes);
  const plain = stores(axes.map(Index.axis));
  const { recurrent } = writer;
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
  return unitAround(nestOf(loop), roots, writer);
}

/** A kernel in stages: members with axes of their own; `kept` are those that later stages read. */
export function stagedUnit(
  { members: seats, shared, inMemory }: KernelWriter,
  kept: ReadonlySet<Node>,
  wanted: ReadonlySet<Node>,
): Unit {
  const members = [...seats.keys()];
  const rowLength = (node: Node): number => seats.get(node)!.own.reduce((size, { extent }) => size * extent, 1);
  let room = shared.length > 0 ? ROW_BYTES : 0;
  const rows = members.filter((node) => {
    const bytes = rowLength(node) * bytesOf(node.dtype);
    if (!kept.has(node) || wanted.has(node) || bytes > room) return false;
    room -= bytes;
    return true;
  });
  const writer = new KernelWriter(shared, inMemory, rows);
  for (const [node, seat] of seats) writer.members.set(node, seat);

  const stages: Stage[] = [];
  for (const { values, nodes } of inStages(seats)) {
    const seat = seats.get((nodes[0] ?? values[0])!)!;
    writer.enter({ ...seat, own: [] });
    const known = values.map((node) => writer.member(node));
    const put = nodes.filter((node) => wanted.has(node) || kept.has(node));
    const stores = storesOf(writer, nodes, put, seat.own, seat);
    const order = seat.own.map((_, i) => i);
    stages.push({ values: known, loop: { axes: seat.own, order, ordered: new Set(), stores, tile: new Map() } });
  }
  const nest = { shared, stages, rows: rows.map((node) => ({ dtype: node.dtype, length: rowLength(node) })), fill: [] };
  const roots = members.filter((node) => wanted.has(node) || (kept.has(node) && !rows.includes(node)));
  return unitAround(nest, roots, writer);
}

/** Members by stage, in order: values of the row first, and those of them that are stored, then what has axes of its own. */
function inStages(seats: ReadonlyMap<Node, Seat>): { readonly values: Node[]; readonly nodes: Node[] }[] {
  const stages = new Map<string, { readonly values: Node[]; readonly nodes: Node[] }>();
  const last = Math.max(...[...seats.values()].map(({ stage }) => stage));
  for (let stage = 0; stage <= last; stage++) {
    const here = [...seats].filter(([, seat]) => seat.stage === stage);
    const values = here.filter(([, { own }]) => own.length === 0).map(([node]) => node);
    if (values.length > 0) stages.set(`${stage}`, { values, nodes: values });
    for (const [node, { own }] of here) {
      if (own.length === 0) continue;
      const key = `${stage}:${keyOfAxes(own)}`;
      const known = stages.get(key);
      if (known) known.nodes.push(node);
      else stages.set(key, { values: [], nodes: [node] });
    }
  }
  return [...stages.values()];
}

/** Members one after another, also those that are not stored: so no lowering goes deeper than one member. */
function storesOf(
  writer: KernelWriter,
  members: readonly Node[],
  stored: readonly Node[],
  axes: readonly Axis[],
  seat: Pick<Seat, 'stage' | 'own'> = { stage: 0, own: [] },
): Loop['stores'] {
  return (cell) => {
    writer.enter(seat, axes, cell);
    const values = new Map(members.map((node) => [node, writer.member(node)]));
    return stored.map((node) => {
      const address = writer.addressOf(node);
      return { buffer: writer.bufferOf(node), address, value: values.get(node)!, accumulate: false };
    });
  };
}

/** A scatter: a loop over what is added, into a result that starts from 0. */
export function scatterUnit(node: Node, inMemory: (node: Node) => boolean): Unit {
  const source = node.inputs.at(-1)!;
  const axes = plainAxes(extentsOf(source));
  const writer = new KernelWriter(axes, (x) => x !== node && inMemory(x));
  const targetAt = (cell: readonly Index[]): readonly Index[] => node.op.target!(new Frame(node, ownIndex(source, cell), writer));
  const stores = (cell: readonly Index[]): Store[] => {
    writer.enter({ stage: 0, own: [] }, axes, cell);
    const value = writer.lower(node, ownIndex(source, cell));
    return [{ buffer: writer.bufferOf(node), address: flatten(targetAt(cell), sizesOf(node)), value, accumulate: true }];
  };
  const plain = axes.map(Index.axis);
  const parallel = axesOfCells(targetAt(plain));
  stores(plain);
  const loop: Loop = {
    axes,
    order: axes.map((_, i) => i),
    ordered: new Set(axes.map((axis) => axis.key).filter((key) => !parallel.has(key))),
    stores,
    tile: new Map(),
  };
  writer.computed.add(node);
  return unitAround(nestOf(loop, [{ buffer: writer.bufferOf(node), value: 0 }]), [node], writer);
}

/** What a nest is made of: nodes by number of buffer and of row, all that it computes, and all that it reads. */
type Contents = Pick<Unit, 'buffers' | 'rows'> & {
  readonly computed: Iterable<Node>;
  readonly reads: ReadonlyMap<Node, unknown>;
};

/** A unit, with what it reads and writes. */
export function unitAround(nest: Nest, roots: readonly Node[], { buffers, rows, computed, reads: read }: Contents): Unit {
  const stores = nest.stages.map(({ loop }) => loop.stores(loop.axes.map(Index.axis)));
  const own = new Set(roots);
  const reread = new Set<Node>();
  // Also what is read nowhere in the end, as guards that never hold vanish: its buffer has a number.
  const reads = new Map<Node, Access[]>([...read.keys()].map((node) => [node, []]));
  for (const { buffer, access } of accessesOf(nest, stores)) {
    const node = buffers[buffer];
    if (!node) continue;
    if (own.has(node)) {
      reread.add(node);
      continue;
    }
    reads.get(node)!.push(access);
  }
  const writes = new Map<Node, Access[]>(roots.map((root) => [root, []]));
  stores.forEach((some, i) => {
    for (const { buffer, address } of some)
      if (buffer >= 0)
        writes.get(buffers[buffer]!)!.push({ phase: 2 * i + 1, address: address.key, row: rowKey(address, nest.shared) });
  });
  return { kind: 'loop', roots, rows, reread, computed: byAge(computed), placed: new Map(), reads, writes, nest, buffers };
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
