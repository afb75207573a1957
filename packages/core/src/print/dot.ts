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
export function toDot(what: Printable, options?: PrintOptions): string {
  const { groups, outputs, updates } = pictureOf('toDot', what, options);
  const nodes = groups.flatMap(({ parts }) => parts.flatMap((part) => part.nodes));
  const clusters = groups.flatMap(({ title, parts }) =>
    groups.length > 1 ? cluster(title, title, GROUPS[title], boxes(parts)) : boxes(parts),
  );
  const results = [
    ...outputs.flatMap(({ name, node }, i) => result(`out${i}`, name, node, 'output')),
    ...updates.flatMap(({ state, value }, i) => result(`new${i}`, `new ${nameOf(state)}`, value, lookOf(state))),
  ];
  const body = [
    `graph [fontname="${FONT}", fontsize=11, bgcolor=white, nodesep=0.3, ranksep=0.3]`,
    `node [fontname="${FONT}", fontsize=11, shape=box, style="rounded,filled", penwidth=0.8, margin="0.2,0.06", height=0.3]`,
    `edge [color="#64748b", penwidth=0.8, arrowsize=0.6]`,
    ...clusters,
    ...results,
    ...nodes.flatMap(edges),
  ];
  return ['digraph {', ...indent(body), '}', ''].join('\n');
}

function boxes(parts: readonly Part[]): string[] {
  return parts.flatMap(({ composite, nodes }) => {
    const lines = nodes.flatMap(box);
    return composite ? cluster(`definition_${nodes[0]?.id}`, composite.op.name, COLOURS.composite, lines) : lines;
  });
}

function cluster(id: string, title: string, [fill, line]: readonly [string, string], lines: readonly string[]): string[] {
  const style = `style="rounded,filled", fillcolor="${fill}", color="${line}", fontcolor="${line}"`;
  return [`subgraph cluster_${id} {`, ...indent([`graph [label=${quote([title])}, labeljust=l, ${style}]`, ...lines]), '}'];
}

/** A node, and its single constants: each use has one of its own, as a shared one would pull its readers together. */
function box(node: Node): string[] {
  const [fill, line] = COLOURS[lookOf(node)];
  const { title, small } = boxOf(node);
  return [
    `n${node.id} [label=${quote([title, ...small])}, fillcolor="${fill}", color="${line}"]`,
    ...node.inputs.flatMap((x, i) => {
      const value = constantText(x);
      return value === null
        ? []
        : [`c${node.id}_${i} [label=${quote([value])}, shape=plaintext, style="", height=0.2, margin=0]`];
    }),
  ];
}

function result(id: string, name: string, node: Node, look: keyof typeof COLOURS): string[] {
  const [fill, line] = COLOURS[look];
  return [
    `${id} [label=${quote([name])}, shape=ellipse, style=filled, fillcolor="${fill}", color="${line}"]`,
    `n${node.id} -> ${id}`,
  ];
}

function edges(node: Node): string[] {
  return node.inputs.map((x, i) => `${constantText(x) === null ? `n${x.id}` : `c${node.id}_${i}`} -> n${node.id}`);
}

/** Lines as a quoted string of the language; a backslash would begin one of Graphviz's escapes. */
function quote(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`;
}
