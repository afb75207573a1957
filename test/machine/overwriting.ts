import { type Backend, interpreter } from '@tapegrad/core';
import fc from 'fast-check';
import { add, Graph, max, mul, type Node, slice, sum, TapeMachine, Tensor } from 'tapegrad';
import { expect } from 'vitest';
import { parted } from './parted.js';

/** A new value: of the elements of some states, from one on, each so many further. */
export interface Update {
  readonly length: number;
  readonly reads: readonly {
    readonly state: number;
    readonly start: number;
    readonly step: number;
    readonly how: 'view' | 'max';
  }[];
}

const update: fc.Arbitrary<Update> = fc.record({
  length: fc.constantFrom(16, 33, 40, 80),
  reads: fc.array(
    fc.record({
      state: fc.nat(3),
      start: fc.nat(4),
      step: fc.constantFrom(1, 1, 2, -1),
      how: fc.constantFrom('view', 'view', 'max'),
    }),
    { maxLength: 2 },
  ),
});

/** States after two runs, in which each takes a new value made of views of itself and others. */
async function statesAfter(rows: number, updates: readonly Update[], backend: Backend): Promise<number[][]> {
  const graph = new Graph({ dtype: 'float64' });
  const states = updates.map(({ length }, i) => {
    const values = Array.from({ length: rows * length }, (_, k) => ((k * 7 + i * 5) % 19) - 9);
    return graph.state(`w${i}`, Tensor.from(values, { shape: [rows, length], dtype: 'float64' }));
  });
  const changes = updates.map(({ length, reads }, i) => {
    const parts = reads.map(({ state, start, step, how }): Node => {
      const from = states[state % states.length]!;
      const rest = slice(from, [
        [null, null],
        [null, null, step],
      ]);
      if (how === 'max') return max(rest, { axis: -1, keepDims: true });
      const view = slice(rest, [
        [null, null],
        [start, start + length],
      ]);
      return view.shape[1] === length ? view : sum(view);
    });
    return { state: states[i]!, value: parts.reduce<Node>((value, part) => add(value, part), mul(states[i]!, 2)) };
  });
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({}, { updates: changes });
  program.runSync();
  program.runSync();
  const after = states.map((state) => Array.from(machine.get(state).data));
  machine.dispose();
  return after;
}

/** Parts give the same values in any order, whatever is overwritten. */
export async function checkOverwriting(parameters: fc.Parameters<[number, Update[]]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(1, 5), fc.array(update, { minLength: 2, maxLength: 4 }), async (rows, updates) => {
      const expected = await statesAfter(rows, updates, interpreter());
      for (const from of ['first', 'last'] as const) {
        expect(await statesAfter(rows, updates, parted(2, from)), `from the ${from}`).toEqual(expected);
      }
    }),
    parameters,
  );
}
