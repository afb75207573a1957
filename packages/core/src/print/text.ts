import { detailsOf } from '../graph/attrs.js';
import type { Node } from '../graph/node.js';
import { constantText, lookOf, nameOf, type Printable, type PrintOptions, pictureOf, typeOf } from './picture.js';

const WIDEST = 60;

/**
 * A graph, or what some nodes need, as text: a line for each node, with its dtype and shape, in groups for the forward part, for
 * derivatives (each names the node whose derivative it is part of) and for updates.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['batch', 3]);
 * console.log(toText({ y: add(mul(x, 2), 1) }));
 * // x = input         float32 [batch, 3]
 * // %2 = mul(x, 2)    float32 [batch, 3]
 * // %4 = add(%2, 1)   float32 [batch, 3]
 * //
 * // outputs
 * // y = %4
 */
export function toText(what: Printable, options?: PrintOptions): string {
  const { groups, outputs, updates } = pictureOf('toText', what, options);
  const nodes = groups.flatMap(({ parts }) => parts.flatMap((part) => part.nodes));
  const width = Math.min(
    WIDEST,
    nodes.reduce((widest, node) => Math.max(widest, definition(node).length), 0),
  );
  const sections = groups.map(({ title, parts }) => {
    const lines = parts.flatMap((part) => part.nodes.map((node) => line(node, part.composite, width)));
    return groups.length > 1 ? [title, ...lines] : lines;
  });
  if (outputs.length > 0) sections.push(['outputs', ...outputs.map(({ name, node }) => `${name} = ${reference(node)}`)]);
  if (updates.length > 0)
    sections.push(['new state', ...updates.map(({ state, value }) => `${nameOf(state)} <- ${reference(value)}`)]);
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function line(node: Node, composite: Node | null, width: number): string {
  const { of } = node.origin;
  const remarks = [...(of ? [`derivative of %${of.id} ${of.op.name}`] : []), ...(composite ? [`in ${composite.op.name}`] : [])];
  const remark = remarks.length > 0 ? `  (${remarks.join(', ')})` : '';
  return `${definition(node).padEnd(width)}  ${typeOf(node)}${remark}`;
}

function definition(node: Node): string {
  const value = constantText(node);
  const args = value === null ? [...node.inputs.map(reference), ...detailsOf(node)] : [value];
  const what = lookOf(node) === 'constant' ? 'constant' : node.op.name;
  return `${nameOf(node)} = ${node.op.kind === 'leaf' ? what : `${what}(${args.join(', ')})`}`;
}

function reference(node: Node): string {
  return constantText(node) ?? nameOf(node);
}
