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

/**
 * A graph, or what some nodes need, as a Mermaid flowchart, which GitHub and many editors draw inside Markdown: subgraphs for the forward
 * part, gradients and updates; colours for the kinds of leaf.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['batch', 3]);
 * const chart = toMermaid({ y: mul(x, x) });
 */
export function toMermaid(what: Printable, options?: PrintOptions): string {
  const { groups, outputs, updates } = pictureOf('toMermaid', what, options);
  const nodes = groups.flatMap(({ parts }) => parts.flatMap((part) => part.nodes));
  const looks = new Set<keyof typeof COLOURS>(nodes.map(lookOf));
  if (outputs.length > 0) looks.add('output');
  const body = [
    ...groups.flatMap(({ title, parts }) => (groups.length > 1 ? subgraph(title, title, boxes(parts)) : boxes(parts))),
    ...outputs.flatMap(({ name, node }, i) => [`out${i}(["${escaped(name)}"]):::output`, `n${node.id} --> out${i}`]),
    ...updates.flatMap(({ state, value }, i) => [
      `new${i}(["new ${escaped(nameOf(state))}"]):::${lookOf(state)}`,
      `n${value.id} --> new${i}`,
    ]),
    ...nodes.flatMap(edges),
    ...[...looks].map((look) => `classDef ${look} fill:${COLOURS[look][0]},stroke:${COLOURS[look][1]},color:#0f172a`),
    ...(groups.length > 1 ? groups.map(({ title }) => `style ${title} fill:${GROUPS[title][0]},stroke:${GROUPS[title][1]}`) : []),
  ];
  return ['flowchart TD', ...indent(body), ''].join('\n');
}

function boxes(parts: readonly Part[]): string[] {
  return parts.flatMap(({ composite, nodes }) => {
    const lines = nodes.map(box);
    return composite ? subgraph(`definition${nodes[0]?.id}`, composite.op.name, lines) : lines;
  });
}

function subgraph(id: string, title: string, lines: readonly string[]): string[] {
  return [`subgraph ${id}["${escaped(title)}"]`, ...indent(lines), 'end'];
}

function box(node: Node): string {
  const { title, small } = boxOf(node);
  return `n${node.id}["${[title, ...small].map(escaped).join('<br/>')}"]:::${lookOf(node)}`;
}

/** A single constant is drawn anew for each of its uses: a shared one would pull its readers together. */
function edges(node: Node): string[] {
  return node.inputs.flatMap((x, i) => {
    const value = constantText(x);
    return value === null ? [`n${x.id} --> n${node.id}`] : [`c${node.id}_${i}["${escaped(value)}"] --> n${node.id}`];
  });
}

/** Mermaid spells characters that mean something to it as `#code;`. */
function escaped(text: string): string {
  return text.replaceAll(/[#"<>&`]/g, (character) => `#${character.codePointAt(0)};`);
}
