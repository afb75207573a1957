import { gpujs } from '@tapegrad/backend-gpu';
import { expect, it } from 'vitest';
import { measure, referenceOf } from '../accuracy/measure.js';
import { Sampler } from '../accuracy/sample.js';
import { binaryLines, unaryLines } from '../accuracy/table.js';

const sampler = new Sampler('float32', { stride: 4, perMiddleBinade: 12 });
const backend = gpujs();

/** The greatest errors, in units in the last place, that are more than 3. */
const LARGER: Readonly<Record<string, number>> = {
  // The exponent of e is rounded, which is worth as many units as it is large.
  pow: 128,
  // Where erfc, which it multiplies, is below the normal numbers.
  gelu: 2 ** 17,
  // Where 1 + tanh, likewise, has lost its digits.
  "gelu 'tanh'": 2 ** 17,
};

/** Far from 0 nothing of a turn is right. */
const PERIODIC: ReadonlySet<string> = new Set(['sin', 'cos', 'tan']);

it.each([...unaryLines, ...binaryLines].filter(({ op }) => !PERIODIC.has(op)))('$op is accurate on OpenGL', async (line) => {
  const { max, at } = await measure(referenceOf(line, sampler), backend);
  expect(max, `at ${at}`).toBeLessThanOrEqual(LARGER[line.op] ?? 3);
});
