import { describe, expect, it } from 'vitest';
import { multiplyBlocked } from '../src/reference/matmul.js';
import { scalarByHand } from '../src/reference/scalar.js';
import { product } from '../src/work/matmul.js';
import { slopesAt, valueAt } from '../src/work/scalar.js';

describe('the reference loops', () => {
  it.each([
    [0.7, -0.4],
    [-1.1, 0.3],
  ])('have the scalar expression and its gradients at %f, %f', (x, y) => {
    const out = new Float64Array(3);
    scalarByHand(x, y, out);
    const [byX, byY] = slopesAt(x, y);
    expect(out[0]).toBe(valueAt(x, y));
    expect(out[1]).toBeCloseTo(byX, 7);
    expect(out[2]).toBeCloseTo(byY, 7);
  });

  it('multiply matrices', () => {
    const size = 12;
    const { a, b } = product(size);
    const c = new Float32Array(size * size);
    multiplyBlocked(a, b, c, size);
    const want = c.map((_, at) => {
      let total = 0;
      for (let k = 0; k < size; k++) total += a[Math.floor(at / size) * size + k]! * b[k * size + (at % size)]!;
      return total;
    });
    expect(c).toEqual(want);
  });
});
