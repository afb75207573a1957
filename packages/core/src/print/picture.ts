import { detailsOf } from '../graph/attrs.js';
import { Graph } from '../graph/graph.js';
import { isConstant, isInput, isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached } from '../graph/replay.js';
import { optionsOf } from '../options.js';
import { expand } from '../passes/expand.js';
import { showShape } from '../tensor/shape.js';

/** What can be printed: a graph, a node, or several, which stand for all that they need; a record also names them. */
export type Printable = Graph | Node | readonly Node[] | Readonly<Record<string, Node>>;

/** What a printed graph shows besides what its roots need. */
export interface PrintOptions {
  /** New values of states, which are printed as a group of their own with the nodes that serve nothing else. */
  readonly updates?: readonly { readonly state: Node; readonly value: Node }[];
  /** Shows the definitions of composites in their place. Node numbers are then those of the expanded graph. */
  readonly expand?: boolean;
}

type Title = 'forward' | 'gradients' | 'updates';

/** Nodes that are drawn together: what defines one composite, or a run of nodes that belong to none. */
export interface Part {
  readonly composite: Node | null;
  readonly nodes: readonly Node[];
}

export interface Group {
  readonly title: Title;
  readonly parts: readonly Part[];
}

/** What all printers spell: nodes in groups, and where results go. */
export interface Picture {
  /** Those that have nodes. */
  readonly groups: readonly Group[];
  readonly outputs: readonly { readonly name: string; readonly node: Node }[];
  readonly updates: readonly { readonly state: Node; readonly value: Node }[];
}

/** Sorts what is to be printed into groups. Single constants are no nodes of a picture: they are written where they are used. */
export function pictureOf(printer: string, what: Printable, options: PrintOptions | undefined): Picture {
  const { updates, expand: isExpanded } = optionsOf(printer, options, { updates: [], expand: false });
  const named = namedNodes(what);
  const roots = [...named.map(({ node }) => node), ...updates.flatMap(({ state, value }) => [state, value])];
  if (!isExpanded) return arrange(what instanceof Graph ? what.nodes : reached(roots), named, updates);

  const before = what instanceof Graph ? [...what.nodes] : roots;
  const after = expand(before, new Graph());
  const now = new Map(before.map((node, i) => [node, after[i]!]));
  return arrange(
    reached(after),
    named.map(({ name, node }) => ({ name, node: now.get(node)! })),
    updates.map(({ state, value }) => ({ state: now.get(state)!, value: now.get(value)! })),
  );
}

function namedNodes(what: Printable): { name: string; node: Node }[] {
  if (what instanceof Graph) return [];
  if (Array.isArray(what)) return what.map((node: Node) => ({ name: '', node }));
  if (isNode(what)) return [{ name: '', node: what }];
  return Object.entries(what as Readonly<Record<string, Node>>).map(([name, node]) => ({ name, node }));
}

function isNode(what: Printable): what is Node {
  return 'op' in what && 'inputs' in what;
}

function arrange(nodes: readonly Node[], named: Picture['outputs'], updates: Picture['updates']): Picture {
  const results = new Set([...named.map(({ node }) => node), ...updates.map(({ value }) => value)]);
  const updating = servingUpdatesAlone(nodes, named, updates);
  const titleOf = (node: Node): Title => (updating.has(node) ? 'updates' : node.origin.of ? 'gradients' : 'forward');
  const shown = nodes.filter((node) => !isConstant(node) || results.has(node));
  const groups = (['forward', 'gradients', 'updates'] as const).map((title) => ({
    title,
    parts: partsOf(shown.filter((node) => titleOf(node) === title)),
  }));
  return { groups: groups.filter(({ parts }) => parts.length > 0), outputs: named.filter(({ name }) => name !== ''), updates };
}

/** What the updates need and neither an output nor a derivative does. */
function servingUpdatesAlone(nodes: readonly Node[], named: Picture['outputs'], updates: Picture['updates']): ReadonlySet<Node> {
  const rest = new Set(reached(updates.map(({ value }) => value)));
  const derivatives = nodes.filter((node) => node.origin.of);
  for (const node of reached([...named.map(({ node }) => node), ...derivatives])) rest.delete(node);
  return rest;
}

function partsOf(nodes: readonly Node[]): Part[] {
  const parts: { composite: Node | null; nodes: Node[] }[] = [];
  const known = new Map<Node, { composite: Node | null; nodes: Node[] }>();
  for (const node of nodes) {
    const { from } = node.origin;
    const composite = from?.op.define ? from : null;
    let part = composite ? known.get(composite) : parts.at(-1);
    if (!part || part.composite !== composite) {
      part = { composite, nodes: [] };
      parts.push(part);
      if (composite) known.set(composite, part);
    }
    part.nodes.push(node);
  }
  return parts;
}

/** How a node looks: leaves by their kind, all else is an op. */
export type Look = 'input' | 'parameter' | 'state' | 'constant' | 'composite' | 'op';

export function lookOf(node: Node): Look {
  if (isInput(node)) return 'input';
  if (isState(node)) return node.attrs.role === 'parameter' ? 'parameter' : 'state';
  if (node.op.name === 'data' || isConstant(node)) return 'constant';
  return node.op.define ? 'composite' : 'op';
}

/** The name that the user gave, or else the number. */
export function nameOf(node: Node): string {
  return isInput(node) || isState(node) ? node.attrs.name : `%${node.id}`;
}

/** `float32 [batch, 10]`, or the dtype alone where there are no axes. */
export function typeOf(node: Node): string {
  return node.shape.length === 0 ? node.dtype : `${node.dtype} ${showShape(node.shape)}`;
}

/** The value of a single constant, written where it is used; null for other nodes. */
export function constantText(node: Node): string | null {
  if (!isConstant(node)) return null;
  const { value, dtype } = node.attrs;
  if (typeof value !== 'number') return value.text;
  if (dtype === 'bool') return String(value !== 0);
  if (Object.is(value, -0)) return '-0';
  return dtype === 'float32' ? shortest(value) : String(value);
}

/** The fewest digits that give this float32 again: 0.1, not 0.10000000149011612. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

/** What stands in a drawn box: the name of a leaf, a constant's value or the op, then its attrs and its type. */
export function boxOf(node: Node): { title: string; small: string[] } {
  const named = isInput(node) || isState(node) ? node.attrs.name : null;
  const title = named ?? constantText(node) ?? (lookOf(node) === 'constant' ? 'constant' : node.op.name);
  return {
    title,
    small: [isConstant(node) || node.op.kind === 'leaf' ? '' : detailsOf(node).join(', '), typeOf(node)].filter(
      (text) => text !== '',
    ),
  };
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
