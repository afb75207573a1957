/**
 * Draws the pictures of the documentation: `npm run docs:pictures` writes docs/pictures/*.svg, which are committed.
 */
import { writeFileSync } from 'node:fs';
import { instance } from '@viz-js/viz';
import { Graph, sgd, toDot } from 'tapegrad';

/** A line fitted to points, with the step of gradient descent: few nodes, and all kinds of them. */
function lineFit(): string {
  const graph = new Graph();
  const x = graph.input('x', ['batch']);
  const y = graph.input('y', ['batch']);
  const slope = graph.parameter('slope', 0);
  const offset = graph.parameter('offset', 0);
  const loss = graph.mean(graph.square(graph.sub(graph.add(graph.mul(slope, x), offset), y)));
  return toDot({ loss }, { updates: sgd(loss, [slope, offset], { learningRate: 0.1 }) });
}

const viz = await instance();
for (const [name, dot] of Object.entries({ 'line-fit': lineFit() })) {
  writeFileSync(new URL(`${name}.svg`, import.meta.url), viz.renderString(dot, { format: 'svg' }));
}
