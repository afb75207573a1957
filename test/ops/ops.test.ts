import { evaluate, type Node, type Op, reached } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import { Graph } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { checkSmooth } from './check.js';
import { type Line, type SmoothLine, smoothLines } from './line.js';
import { table } from './table.js';

/** What a line makes of float64 inputs, or of nothing. */
function made(line: Line): Node {
  const graph = new Graph({ dtype: 'float64' });
  if ('value' in line) return line.value(graph);
  const [{ call, shapes }] = smoothLines(line) as [SmoothLine];
  return call(...shapes.map((shape, i) => graph.input(`x${i}`, shape)));
}

const numbered = table.map((line, i) => ({ line, name: `${line.op} (line ${i + 1})` }));

/** All that the package exports for people to call. */
const exported = Object.entries(ops).filter(([, value]) => typeof value === 'function');
const opOf = new Map(exported.map(([name, call]) => [name, 'op' in call ? (call.op as Op) : null]));

describe('the table of ops', () => {
  it('has a line for every op', () => {
    const known = new Set<string>(table.map(({ op }) => op));
    expect([...opOf.keys()].filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(numbered.filter(({ line }) => opOf.get(line.op)))('$name is of its op', ({ line }) => {
    expect(reached([made(line)]).map((node) => node.op)).toContain(opOf.get(line.op));
  });
});

describe('derivatives', () => {
  it.each(numbered.filter(({ line }) => !('value' in line)))('$name', async ({ line }) => {
    for (const smooth of smoothLines(line as SmoothLine)) await checkSmooth(smooth);
  });
});

describe('values', () => {
  for (const { line, name } of numbered) {
    if ('value' in line) {
      it(name, () => {
        expect(evaluate(line.value(new Graph({ dtype: 'float64' }))).toArray()).toEqual(line.is);
      });
    }
  }
});
