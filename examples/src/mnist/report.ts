import type { LabelledImages } from '@tapegrad/train/node';
import { isState, type Node, type Program, type Tensor } from 'tapegrad';
import { pixelsOf } from './data.js';
import { drawDigit, drawRow } from './digits.js';
import type { Model } from './model.js';

/** Digits drawn of each kind: read rightly, and not. */
const DRAWN = 3;

/** The graph, its parameters, and what a training step takes. `before` is how many nodes there were without gradients and updates. */
export function summary({ graph, parameters }: Model, before: number, step: Program, batch: number, backend: string): string {
  const count = parameters.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * Number(b), 1), 0);
  const { scratch, state, lowerBound } = step.memory;
  const instructions = step.tape.split('\n').filter((line) => /^ *\d+ /.test(line)).length;
  return [
    `graph     ${before} nodes, ${graph.nodes.length} with gradients and updates`,
    `learns    ${count.toLocaleString('en')} numbers: ${parameters.map(described).join(', ')}`,
    `step      ${instructions} instructions on ${backend}, for ${batch} digits`,
    `memory    ${bytes(scratch)} of scratch (at least ${bytes(lowerBound)}), ${bytes(state)} of state`,
  ].join('\n');
}

/** A few test digits that were read rightly and a few that were not, drawn, with what they were taken for. */
export function gallery(test: LabelledImages, predicted: readonly number[]): string {
  const labels = test.labels.data;
  const indices = predicted.map((_, i) => i);
  const right = indices.filter((i) => predicted[i] === labels[i]).slice(0, DRAWN);
  const wrong = indices.filter((i) => predicted[i] !== labels[i]).slice(0, DRAWN);
  const row = (chosen: readonly number[]): string =>
    drawRow(chosen.map((i) => ({ pixels: pixelsOf(test, i), caption: `#${i}: read as ${predicted[i]}, is ${labels[i]}` })));
  return [right, wrong]
    .filter((chosen) => chosen.length > 0)
    .map(row)
    .join('\n\n');
}

/** One test digit, drawn, and how likely the model thinks each reading. */
export function reading(test: LabelledImages, index: number, probabilities: Tensor): string {
  const chances = Array.from(probabilities.data);
  const best = chances.indexOf(Math.max(...chances));
  const bars = chances.map((chance, digit) => `${digit} ${'█'.repeat(Math.round(40 * chance))} ${(100 * chance).toFixed(1)}%`);
  return [...drawDigit(pixelsOf(test, index)), '', ...bars, '', `#${index}: read as ${best}, is ${test.labels.data[index]}`].join(
    '\n',
  );
}

function described(parameter: Node): string {
  return `${isState(parameter) ? parameter.attrs.name : ''} [${parameter.shape.join(', ')}]`;
}

function bytes(count: number): string {
  return count < 2 ** 20 ? `${Math.ceil(count / 2 ** 10)} KiB` : `${(count / 2 ** 20).toFixed(1)} MiB`;
}
