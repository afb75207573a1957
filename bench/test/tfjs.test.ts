import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import type { Case } from '../src/case.js';
import { contest } from '../src/contest.js';
import { QUICK } from '../src/measure.js';
import { tfjs } from '../src/peers/tfjs.js';
import { atOnce, inItsOwnTime } from '../src/peers/tfjs-work.js';
import { SUITES } from '../src/suites/index.js';

// They are published in a form that only the loader of the bench understands.
vi.mock('../src/peers/tfjs-gradients.js', () => ({}));

const effort = { ...QUICK, window: 1 };
const chains = SUITES.compile!().find(({ name }) => name === 'run-1000')!;
const a = Float32Array.from({ length: 64 }, (_, i) => i);
const identity = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0));
const product: Case = {
  ...chains,
  prepare: ({ matmul }) => matmul({ size: 8, a, b: identity }),
  check: async (read) => expect(Array.from(await read())).toEqual([...a]),
};

describe.each([
  ['at once', atOnce],
  ['in its own time', inItsOwnTime],
])('work written in TensorFlow.js, done %s', (_, prepare) => {
  const peer = tfjs('tfjs-cpu', 'cpu', prepare);

  it.each([
    ['whose results stay', product],
    ['whose results are read', chains],
  ])('is right, timed and freed: %s', async (_, work) => {
    await tf.ready();
    const before = tf.memory().numTensors;
    const { measurements, absences } = await contest(work, [peer], effort);
    expect(absences).toEqual([]);
    expect(measurements[1]!.median).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
