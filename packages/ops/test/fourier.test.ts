import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { add, type Complex, fft, ifft, irfft, mul, rfft, square } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, scattered, valuesOf } from './derivatives.js';

/** The sums that define the transform of a list of complex numbers. */
function transformOf(real: readonly number[], imaginary: readonly number[]): { real: number[]; imaginary: number[] } {
  const n = real.length;
  const at = (k: number): [number, number] => {
    let [re, im] = [0, 0];
    real.forEach((x, j) => {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      re += x * Math.cos(angle) - imaginary[j]! * Math.sin(angle);
      im += x * Math.sin(angle) + imaginary[j]! * Math.cos(angle);
    });
    return [re, im];
  };
  const all = real.map((_, k) => at(k));
  return { real: all.map(([re]) => re), imaginary: all.map(([, im]) => im) };
}

function pair(n: number): { x: { real: Node; imaginary: Node }; feeds: Record<string, Float64Array> } {
  const { inputs, feeds } = inputsOf([scattered([n]), scattered([n], 50)]);
  return { x: { real: inputs[0]!, imaginary: inputs[1]! }, feeds };
}

const parts = (x: Complex, feeds: Record<string, Float64Array>) => [valuesOf(x.real, feeds), valuesOf(x.imaginary, feeds)];

describe('fft', () => {
  // One, small, powers of two, with a factor that is prime and not small, a prime by its matrix, one by convolution, both.
  it.each([1, 2, 3, 4, 7, 12, 16, 32, 34, 60, 61, 67, 64, 128, 134, 289, 1000])('of %d numbers is its sums', (n) => {
    const { x, feeds } = pair(n);
    const wanted = transformOf([...feeds.a!], [...feeds.b!]);
    const [real, imaginary] = parts(fft(x), feeds);
    expectClose(real!, wanted.real, 'real', 1e-12 * n);
    expectClose(imaginary!, wanted.imaginary, 'imaginary', 1e-12 * n);
    const [again, rest] = parts(ifft(fft(x)), feeds);
    expectClose(again!, [...feeds.a!], 'real', 1e-13);
    expectClose(rest!, [...feeds.b!], 'imaginary', 1e-13);
  });

  it.each([1, 2, 5, 8, 67, 70])('of %d real numbers is half of it, and back', (n) => {
    const { x, feeds } = pair(n);
    const [whole, half] = [fft({ real: x.real }), rfft(x.real)];
    const kept = Math.floor(n / 2) + 1;
    expectClose(valuesOf(half.real, feeds), valuesOf(whole.real, feeds).slice(0, kept), 'real', 1e-12);
    expectClose(valuesOf(half.imaginary, feeds), valuesOf(whole.imaginary, feeds).slice(0, kept), 'imaginary', 1e-12);
    expectClose(valuesOf(irfft(half, { length: n }), feeds), [...feeds.a!], 'back', 1e-13);
  });

  it('is exact where its roots are', () => {
    const { real, imaginary } = fft({ real: new Graph().constant([1, 2, 3, 4]) });
    expect([valuesOf(real), valuesOf(imaginary)]).toEqual([
      [10, -2, -2, -2],
      [0, 2, 0, -2],
    ]);
  });

  it('runs along any axis, on named batches', () => {
    const { inputs, feeds } = inputsOf([scattered([3, 4, 2])]);
    const along = fft({ real: inputs[0]! }, { axis: 1 });
    expect(along.real.shape).toEqual([3, 4, 2]);
    const lane = [0, 1, 2, 3].map((j) => feeds.a![2 * 8 + 2 * j + 1]!);
    const got = [0, 1, 2, 3].map((k) => valuesOf(along.imaginary, feeds)[2 * 8 + 2 * k + 1]!);
    expectClose(got, transformOf(lane, [0, 0, 0, 0]).imaginary, 'lane', 1e-12);
    expect(rfft(new Graph().input('x', ['batch', 32])).real.shape.join()).toBe('batch,17');
  });

  it('has derivatives to third order', () => {
    for (const n of [6, 20]) {
      const power = (a: Node, b: Node) => {
        const { real, imaginary } = fft({ real: a, imaginary: b });
        return add(mul(square(real), real), square(imaginary));
      };
      checkDerivatives(power, [scattered([n]), scattered([n], 9)]);
    }
    checkDerivatives((a) => square(irfft(rfft(a), { length: 7 })), [scattered([7])]);
    checkDerivatives((a) => mul(sum(square(rfft(a, { axis: 0 }).imaginary)), a), [scattered([6, 2])]);
  });

  it('keeps energy, by Parseval, in its derivative too', () => {
    const { x, feeds } = pair(67);
    const { real, imaginary } = fft(x);
    const energy = sum(add(square(real), square(imaginary)));
    const wanted = [...feeds.a!].map((value) => 2 * 67 * value);
    expectClose(valuesOf(grad(energy, x.real), feeds), wanted, 'gradient', 1e-12);
  });

  it('refuses what does not fit', () => {
    const graph = new Graph();
    const x = graph.input('x', [4]);
    expect(() => fft({ real: x, imaginary: graph.input('y', [3]) })).toThrow(
      'fft: the real part is [4] and the imaginary part [3]; give both one shape.',
    );
    expect(() => irfft({ real: x }, { length: 9 })).toThrow(
      'irfft: 4 frequencies do not give 9 numbers, which have 5. Say the length, 6 or 7.',
    );
    expect(() => rfft(graph.input('i', [4], 'int32'))).toThrow(
      "rfft: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
  });
});
