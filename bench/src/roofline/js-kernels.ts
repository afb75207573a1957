import { type Kernels, LARGEST } from './kernels.js';

/** JavaScript as an engine compiles it: one number at a time, float64 within, float32 in memory. */
export function jsKernels(): Kernels {
  const memory = new Float32Array(LARGEST / 4);
  const out = new Float64Array(1);
  return {
    arithmetic: 'multiplications and additions of one number at a time',
    multiplyAdd: (rounds) => multiplyAdd(rounds, out),
    movers: [
      (bytes) => read(memory, bytes >> 2, out),
      (bytes) => copy(memory, bytes >> 3),
      (bytes) => triad(memory, Math.floor(bytes / 12)),
    ],
  };
}

function multiplyAdd(rounds: number, out: Float64Array): number {
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  let [i, j, k, l] = [9, 10, 11, 12];
  for (let round = 0; round < rounds; round++) {
    a = a * 0.5 + 1;
    b = b * 0.5 + 1;
    c = c * 0.5 + 1;
    d = d * 0.5 + 1;
    e = e * 0.5 + 1;
    f = f * 0.5 + 1;
    g = g * 0.5 + 1;
    h = h * 0.5 + 1;
    i = i * 0.5 + 1;
    j = j * 0.5 + 1;
    k = k * 0.5 + 1;
    l = l * 0.5 + 1;
  }
  out[0] = a + b + c + d + e + f + g + h + i + j + k + l;
  return rounds * 24;
}

function read(memory: Float32Array, count: number, out: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 3; i < count; i += 4) {
    a += memory[i - 3]!;
    b += memory[i - 2]!;
    c += memory[i - 1]!;
    d += memory[i]!;
  }
  out[0] = a + b + c + d;
  return count * 4;
}

function copy(memory: Float32Array, count: number): number {
  for (let i = 0; i < count; i++) memory[i] = memory[i + count]!;
  return count * 8;
}

function triad(memory: Float32Array, count: number): number {
  for (let i = 0; i < count; i++) memory[i] = memory[i + count]! + 0.5 * memory[i + 2 * count]!;
  return count * 12;
}
