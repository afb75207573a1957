import type { Node } from '../graph/node.js';
import { COLOURS, GROUPS } from './colours.js';
import {
  boxOf,
  constantText,
  indent,
  lookOf,
  nameOf,
  type Part,
  type Printable,
  type PrintOptions,
  pictureOf,
} from './picture.js';

const FONT = 'Helvetica,Arial,sans-serif';

/**
 * A graph, or what some nodes need, in Graphviz's language: clusters for the forward part, gradients and updates; colours for the kinds
 * of leaf. Lay it out with `dot -Tsvg`.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['batch', 3]);
 * const dot = toDot({ y: mul(x, x) });
 */
export function toDot(what: Printable, options: PrintOptions = {}): string {
  const { groups, outputs, updates } = pictureOf(what, options);
  const nodes = groups.flatMap(({ parts }) => parts.flatMap((part) => part.nodes));
  const clusters = groups.flatMap(({ title, parts }) =>
    groups.length > 1 ? cluster(title, title, GROUPS[title], boxes(parts)) : boxes(parts),
  );
  const results = [
    ...outputs.flatMap(({ name, node }, i) => result(`out${i}`, name, node, 'output')),
    ...updates.flatMap(({ state, value }, i) => result(`new${i}`, `new ${nameOf(state)}`, value, lookOf(state))),
  ];
  const body = [
    `graph [fontname="${FONT}", fontsize=12, bgcolor=transparent, nodesep=0.3, ranksep=0.35]`,
    `node [fontname="${FONT}", fontsize=12, shape=box, style="rounded,filled", penwidth=0.8, margin="0.14,0.06", height=0.3]`,
    `edge [color="#64748b", penwidth=0.8, arrowsize=0.6]`,
    ...clusters,
    ...results,
    ...nodes.flatMap(edges),
  ];
  return ['digraph {', ...indent(body), '}', ''].join('\n');
}

function boxes(parts: readonly Part[]): string[] {
  return parts.flatMap(({ composite, nodes }) => {
    const lines = nodes.map(box);
    return composite ? cluster(`definition_${nodes[0]?.id}`, composite.op.name, COLOURS.composite, lines) : lines;
  });
}

function cluster(id: string, title: string, [fill, line]: readonly [string, string], lines: readonly string[]): string[] {
  const style = `style="rounded,filled", fillcolor="${fill}", color="${line}", fontcolor="${line}"`;
  return [`subgraph cluster_${id} {`, ...indent([`graph [label=${quote(title)}, labeljust=l, ${style}]`, ...lines]), '}'];
}

function box(node: Node): string {
  const [fill, line] = COLOURS[lookOf(node)];
  const { title, small } = boxOf(node);
  const label = [`<b>${escaped(title)}</b>`, ...small.map((text) => `<font point-size="9">${escaped(text)}</font>`)];
  return `n${node.id} [label=<${label.join('<br/>')}>, fillcolor="${fill}", color="${line}"]`;
}

function result(id: string, name: string, node: Node, look: keyof typeof COLOURS): string[] {
  const [fill, line] = COLOURS[look];
  return [
    `${id} [label=${quote(name)}, shape=ellipse, style=filled, fillcolor="${fill}", color="${line}"]`,
    `n${node.id} -> ${id}`,
  ];
}

/** A single constant is drawn anew for each of its uses: a shared one would pull its readers together. */
function edges(node: Node): string[] {
  return node.inputs.flatMap((x, i) => {
    const value = constantText(x);
    if (value === null) return [`n${x.id} -> n${node.id}`];
    const id = `c${node.id}_${i}`;
    return [`${id} [label=${quote(value)}, shape=plaintext, style="", fontsize=10, height=0.2]`, `${id} -> n${node.id}`];
  });
}

/** As a quoted string of the language; a backslash would begin one of Graphviz's escapes. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
