import { checkpoint, type Node } from '@tapegrad/core';
import { describe, expect, test } from 'vitest';
import { memoryOf } from '../../packages/core/src/machine/memory.js';
import type { Tape } from '../../packages/core/src/tape/tape.js';
import { compile } from '../../packages/core/test/tape-support.js';
import { deep, NETWORKS } from './networks.js';

function operations({ instructions }: Tape): number {
  return instructions.reduce((total, { flops }) => total + flops, 0);
}

describe.each(Object.entries(NETWORKS))('a training step of %s', (_name, step) => {
  test('takes little more scratch than lives at once', () => {
    const { scratch, lowerBound } = memoryOf(compile(step()));
    expect(scratch).toBeLessThanOrEqual(1.1 * lowerBound);
  });
});

describe('a net of 60 layers trains in a third of the memory for a third more operations', () => {
  const whole = compile(deep());
  const third = Math.floor(whole.scratchBytes / 3);

  test('when blocks of four are checkpointed', () => {
    const tape = compile(deep((block: (h: Node) => Node) => checkpoint(block)));
    expect(tape.scratchBytes).toBeLessThan(1.1 * third);
    expect(operations(tape)).toBeLessThan(1.33 * operations(whole));
  });

  test('within a limit', () => {
    const tape = compile(deep(), {}, {}, third);
    expect(tape.scratchBytes).toBeLessThanOrEqual(third);
    expect(operations(tape)).toBeLessThan(1.3 * operations(whole));
  });
});

test.each(['transformerBlock', 'residual'])('%s fits into less, and computes no more again than it must', (name) => {
  const step = NETWORKS[name]!();
  const whole = compile(step);
  const limits = [0.95, 0.85].map((share) => Math.floor(share * whole.scratchBytes));
  const [some, more] = limits.map((limit) => compile(step, {}, {}, limit)) as [Tape, Tape];
  expect(some.scratchBytes).toBeLessThanOrEqual(limits[0]!);
  expect(more.scratchBytes).toBeLessThanOrEqual(limits[1]!);
  expect(operations(some)).toBeLessThanOrEqual(operations(more));
});

test('the gradient of a weight that each of 50 steps uses is added up as its terms come', () => {
  const term = 4 * 32 * 32 * Float32Array.BYTES_PER_ELEMENT;
  const { scratchBytes } = compile(NETWORKS.lstm!());
  expect(scratchBytes).toBeLessThan(28 * term);
});

test('what cannot be brought within its limit is refused, with what holds the memory', () => {
  expect(() => compile(NETWORKS.mlp!(), {}, {}, 700_000)).toThrow(
    "memoryLimit: the least scratch memory found for this program is 729,664 bytes; the limit is 700,000. At its peak live input 'x' (401,408), relu %6 (131,072), where %87 (131,072), where %82 (65,536), input 'y' (512) and 1 more. Raise the limit, or feed smaller batches.",
  );
});
