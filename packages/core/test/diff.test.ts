import { describe, expect, it } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import type { Backend } from '../src/machine/backend.js';
import { HostSession } from '../src/machine/host-session.js';
import { interpreter, interpretTape } from '../src/machine/interpreter.js';
import { TapeMachine } from '../src/machine/machine.js';
import { add, mul, sum, unary } from '../src/primitives/forms.js';

const tanh = unary('tanh', { partial: null, lower: (x) => x.tanh() });
const exp = unary('exp', { partial: null, lower: (x) => x.exp() });

/** The interpreter, but for what it does to the last element of each result of an op. */
function wrongAt(op: string, spoil: (value: number) => number): Backend {
  const prepare = (tape: Parameters<typeof interpretTape>[1]) => {
    const program = interpretTape('wrong', tape);
    return {
      source: '',
      link: (views: Parameters<typeof program.link>[0]) => {
        const { steps } = program.link(views);
        const spoilt = steps.map((step, i) => () => {
          step();
          for (const { id, node } of tape.instructions[i]!.writes) {
            const result = views[id]!;
            if (node.op.name === op) result[result.length - 1] = spoil(result.at(-1)!);
          }
        });
        return { steps: spoilt, run: () => spoilt.forEach((step) => void step()) };
      },
    };
  };
  return { ...interpreter(), name: 'wrong', open: () => new HostSession(prepare) };
}

async function example() {
  const graph = new Graph();
  const x = graph.input('x', [2, 'n']);
  const w = graph.parameter('w', [[1], [2]]);
  const hidden = tanh(mul(x, w));
  const y = exp(hidden);
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const program = await machine.compile({ total: sum(y) }, { updates: [{ state: w, value: add(w, 1) }] });
  return { program, hidden, y, machine, feeds: { x: new Float32Array([0.1, 0.2, 0.3, 0.4]) } };
}

describe('diff', () => {
  it('finds nothing between equals, and changes nothing', async () => {
    const { program, machine, feeds } = await example();
    expect(await program.diff(interpreter(), feeds, { ulps: 0 })).toBe(null);
    expect(machine.get('w').toArray()).toEqual([[1], [2]]);
  });

  it('names the op that is wrong, not those that it misleads', async () => {
    const { program, hidden, feeds } = await example();
    const found = (await program.diff(
      wrongAt('tanh', (value) => value + 2 ** -16),
      feeds,
    ))!;
    expect(found.node).toBe(hidden);
    expect(found.at).toEqual([1, 1]);
    expect(found.ulps).toBe(256);
    expect(`${found}`).toMatch(
      /^diff: tanh %\d differs by 256 ulp at \[1, 1\] of \[2, 2\]: 0\.664\d* on interpreter, 0\.664\d* on wrong, given the same operands\. \(diff\.test\.ts:\d+\)$/,
    );
    expect(
      await program.diff(
        wrongAt('tanh', (value) => value + 2 ** -16),
        feeds,
        { ulps: 256 },
      ),
    ).toBe(null);
  });

  it('tells of NaN and of what was computed from state', async () => {
    const { program, y, feeds } = await example();
    const found = (await program.diff(
      wrongAt('exp', () => Number.NaN),
      feeds,
    ))!;
    expect(found.node).toBe(y);
    expect(found.ulps).toBe(Number.POSITIVE_INFINITY);
    expect(`${found}`).toContain('differs by what is no number of ulp at [1, 1]');
    expect(
      (await program.diff(
        wrongAt('add', (value) => value - 1),
        feeds,
      ))!.values,
    ).toEqual([3, 2]);
  });
});
