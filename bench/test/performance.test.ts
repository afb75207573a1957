import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../src/contest.js';
import { limitsTable } from '../src/performance/limits.js';
import { markdownTable } from '../src/performance/markdown.js';
import { withParts } from '../src/performance/parts.js';
import { ratesTable, timesTable } from '../src/performance/tables.js';
import { SUITES } from '../src/suites/index.js';

function record(suite: string, name: string, system: string, threads: number, median: number): Measurement {
  return { suite, case: name, system, threads, unit: 'ms', median, min: median, max: median, runs: 1, ratio: 1 };
}

const measurements = [
  record('scalar', 'scalar', 'reference', 1, 0.0002),
  record('scalar', 'scalar', 'wasm', 1, 0.0007),
  record('mlp', 'mlp-sgd', 'wasm', 1, 4.1),
  record('mlp', 'mlp-sgd', 'wasm', 2, 2.2),
  record('matmul', 'matmul-512', 'wasm', 2, 4),
];

describe('the measured parts of a page', () => {
  it('are replaced, and all else stays', () => {
    const page = 'a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n';
    expect(withParts(page, { x: 'new $1', y: '' })).toBe(
      'a\n<!-- measured: x -->\n\nnew $1\n\n<!-- end -->\nb\n<!-- measured: y -->\n\n\n\n<!-- end -->\n',
    );
  });

  it('must be there', () => {
    expect(() => withParts('', { x: '' })).toThrow('The page has no part <!-- measured: x --> … <!-- end -->.');
  });

  it.each([
    [
      'docs/performance.md',
      ['machine', 'times', 'products', 'convolutions', 'pools', 'absences', 'limits', 'roofs', 'mlp', 'cnn', 'memory'],
    ],
    ['README.md', ['times']],
  ])('of %s are filled', (file, parts) => {
    const page = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const filled = [...page.matchAll(/<!-- measured: (\w+) -->\n\n(?!<!-- end -->)./g)].map(([, name]) => name);
    expect(filled).toEqual(parts);
  });
});

describe('the tables', () => {
  it('are Markdown', () => {
    const rows = [
      ['case', 'ms'],
      ['mlp-sgd', '4'],
    ];
    expect(markdownTable(rows, 1)).toBe('| case    |  ms |\n| ------- | --: |\n| mlp-sgd |   4 |');
  });

  it('have a column a system, the reference last, and a dash where one takes no part', () => {
    expect(timesTable(measurements.slice(0, 4), { scalar: 'one scalar', 'mlp-sgd': 'a step' })).toBe(
      [
        '|            |   wasm | wasm:2 | reference |',
        '| ---------- | -----: | -----: | --------: |',
        '| one scalar | 0.7 µs |      – |    0.2 µs |',
        '| a step     | 4.1 ms | 2.2 ms |         – |',
      ].join('\n'),
    );
  });

  it('give rates of products', () => {
    const work = SUITES.matmul!().filter(({ name }) => name === 'matmul-512');
    expect(ratesTable(measurements.slice(4), work)).toBe(
      ['| GFLOP/s    | wasm:2 |', '| ---------- | -----: |', '| matmul-512 |   67.1 |'].join('\n'),
    );
  });

  it('say which limits are held', () => {
    const lines = limitsTable(measurements).split('\n').slice(2);
    expect(
      lines.map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      ),
    ).toEqual([
      ['matmul-512', 'wasm:2', '60 GFLOP/s', '67.1 GFLOP/s', 'yes'],
      ['mlp-sgd', 'wasm', '4.3 ms', '4.1 ms', 'yes'],
      ['mlp-sgd', 'wasm:2', '2.4 ms', '2.2 ms', 'yes'],
      ['scalar', 'wasm', '0.6 µs', '0.7 µs', 'no'],
    ]);
  });
});
