import { evaluate, Graph } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../src/optimisers/common.js';
import { cosineDecay, exponentialDecay, linearWarmup, oneCycle, polynomialDecay, stepDecay } from '../src/schedules/schedules.js';

/** The rates of the first steps. */
function rates(schedule: Schedule, steps: number): number[] {
  const graph = new Graph({ dtype: 'float64' });
  const step = graph.scalar('step');
  const rate = schedule(step);
  return Array.from({ length: steps }, (_, k) => Number(evaluate(rate, { step: k }).item()));
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  got.forEach((rate, k) => {
    expect(Math.abs(rate - want[k]!), `step ${k}: ${rate}`).toBeLessThan(1e-14);
  });
}

const steps = (count: number, rate: (k: number) => number): number[] => Array.from({ length: count }, (_, k) => rate(k));

describe('schedules', () => {
  it('stepDecay', () => {
    expectClose(
      rates(stepDecay(0.1, { every: 3, factor: 0.5 }), 7),
      steps(7, (k) => 0.1 * 0.5 ** Math.floor(k / 3)),
    );
  });

  it('exponentialDecay', () => {
    expectClose(
      rates(exponentialDecay(0.1, { factor: 0.9 }), 12),
      steps(12, (k) => 0.1 * 0.9 ** k),
    );
  });

  it('cosineDecay goes down and up again', () => {
    expectClose(
      rates(cosineDecay(0.1, { steps: 10, minimum: 0.01 }), 21),
      steps(21, (k) => 0.01 + 0.045 * (1 + Math.cos((Math.PI * k) / 10))),
    );
  });

  it('linearWarmup stays at the top', () => {
    expectClose(rates(linearWarmup(0.1, { steps: 5, start: 0.1 }), 8), [0.01, 0.028, 0.046, 0.064, 0.082, 0.1, 0.1, 0.1]);
    expectClose(rates(linearWarmup(0.1, { steps: 2 }), 4), [0, 0.05, 0.1, 0.1]);
  });

  it('polynomialDecay ends at 0', () => {
    expectClose(
      rates(polynomialDecay(0.1, { steps: 4, power: 2 }), 6),
      steps(6, (k) => 0.1 * Math.max(0, 1 - k / 4) ** 2),
    );
  });

  it('oneCycle rises, falls and ends near 0 (PyTorch OneCycleLR, max 0.3, 13 steps)', () => {
    const got = rates(oneCycle(0.3, { steps: 13 }), 13);
    const glide = (from: number, to: number, at: number) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * at));
    const top = 0.3 * 13 - 1;
    expectClose(
      got,
      steps(13, (k) => (k < top ? glide(0.012, 0.3, k / top) : glide(0.3, 0.012 / 1e4, (k - top) / (12 - top)))),
    );
    expect(got[0]).toBeCloseTo(0.012, 14);
    expect(got[12]).toBeCloseTo(1.2e-6, 14);
  });
});
