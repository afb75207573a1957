import { tensor } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { ConfusionMatrix } from '../src/metrics/confusion.js';

describe('ConfusionMatrix', () => {
  const confusion = new ConfusionMatrix(['cat', 'dog', 'eel'])
    .add([0, 0, 1, 1], [0, 1, 1, 1])
    .add(tensor(Int32Array.of(1)), Int32Array.of(0));

  it('counts, batch by batch', () => {
    expect(confusion.total).toBe(5);
    expect(confusion.count(0, 1)).toBe(1);
    expect(confusion.count(1, 1)).toBe(2);
    expect(confusion.accuracy).toBe(0.6);
    expect(confusion.recall(0)).toBe(0.5);
    expect(confusion.precision(1)).toBe(2 / 3);
    expect(confusion.recall(2)).toBeNaN();
  });

  it('prints as a table', () => {
    expect(`\n${confusion}\n`).toBe(`
actual \\ predicted    cat    dog  eel  recall
               cat      1      1    ·   50.0%
               dog      1      2    ·   66.7%
               eel      ·      ·    ·       –
         precision  50.0%  66.7%    –   60.0%
`);
  });

  it('refuses labels that are no class, and counts nothing then', () => {
    const two = new ConfusionMatrix(2);
    expect(() => two.add([0, 2], [0, 0])).toThrow('ConfusionMatrix: 2 is no class; there are 2, from 0.');
    expect(() => two.add([0], [0, 0])).toThrow('ConfusionMatrix: 1 actual and 2 predicted labels; give one for one.');
    expect(two.total).toBe(0);
    expect(two.accuracy).toBeNaN();
  });
});
