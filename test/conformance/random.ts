import { js } from '@tapegrad/backend-cpu';
import { isInput, isState, type Node, reached, TapeMachine } from '@tapegrad/core';
import { type Task, task } from '../oracle/outcome.js';
import type { Float } from '../oracle/program.js';
import { choices, randomProgram } from '../tape/random-program.js';
import type { Subject } from './subject.js';

const PROGRAMS = 25;
const LENGTH = 25;
/** Sums of some hundreds of float32 differ by some tens of their last places. */
const ULPS = 256;

/** Random graphs, op by op beside js: whole runs differ where a rounding decides about an order or a branch. */
export function randomTasks({ open, floats }: Subject): Task[] {
  return floats.flatMap((dtype) =>
    Array.from({ length: PROGRAMS }, (_, seed) =>
      task(`graph ${seed} in ${dtype}`, 'random graphs', async () => {
        const difference = await compared(seed, dtype, open);
        return difference ? [difference] : [];
      }),
    ),
  );
}

async function compared(seed: number, dtype: Float, open: Subject['open']): Promise<string | null> {
  const { outputs, updates } = randomProgram(choices(seed), LENGTH, dtype);
  const leaves = reached([...Object.values(outputs), ...updates.flatMap(({ state, value }) => [state, value])]);
  const { graph } = leaves[0]!;
  const machine = new TapeMachine(graph, { backend: js() });
  for (const [i, state] of leaves.filter(isState).entries()) machine.set(state as Node, values(state as Node, i + 5));
  const feeds = Object.fromEntries(leaves.filter(isInput).map((input, i) => [input.attrs.name, values(input as Node, i)]));
  const program = await machine.compile(outputs, { updates });
  const difference = await program.diff(open(), feeds, { ulps: ULPS });
  return difference && `${difference}`;
}

function values({ shape, dtype }: Node, salt: number): Float32Array | Float64Array {
  const length = (shape as readonly number[]).reduce((a, b) => a * b, 1);
  const array = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  return array.map((_, i) => Math.sin(1 + i * 1.7 + salt * 3.1) * 2);
}
