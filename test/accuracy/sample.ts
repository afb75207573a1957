import { exponentOf } from './decimal.js';

export type FloatType = 'float32' | 'float64';

/** The least and the greatest exponent of normal numbers. */
export const EXPONENTS = { float32: [-126, 127], float64: [-1022, 1023] } as const;
export const DIGITS = { float32: 23, float64: 52 } as const;

/** A seeded generator of numbers in 0 … 1 (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many arguments are tried: each `stride`th binade of the whole range, and so many in each binade of the middle. */
export interface Density {
  readonly stride: number;
  readonly perMiddleBinade: number;
}

/** Binades in which functions do what they are made for. */
const MIDDLE = 10;

export class Sampler {
  readonly dtype: FloatType;
  readonly #density: Density;
  readonly #random: () => number;

  constructor(dtype: FloatType, density: Density, seed = 1) {
    this.dtype = dtype;
    this.#density = density;
    this.#random = generator(seed);
  }

  /** Of both signs and all binades, and around `hard`. */
  unary(hard: readonly number[] = []): number[] {
    const [least, greatest] = EXPONENTS[this.dtype];
    const { stride, perMiddleBinade } = this.#density;
    const points: number[] = [];
    for (let exponent = least; exponent <= greatest; exponent += stride)
      points.push(this.#inBinade(exponent), -this.#inBinade(exponent));
    for (let exponent = -MIDDLE; exponent < MIDDLE; exponent++)
      for (let i = 0; i < perMiddleBinade; i++) points.push(this.#inBinade(exponent), -this.#inBinade(exponent));
    for (const point of hard) points.push(...this.#around(point, perMiddleBinade * 4));
    return points.map((x) => this.#rounded(x)).filter((x) => this.#isNormal(x));
  }

  /** Pairs: independent ones of near exponents, nearly equal and opposite ones, and those whose power is in range. */
  binary(): (readonly [number, number])[] {
    const pairs: (readonly [number, number])[] = [];
    for (const x of this.unary()) {
      const sign = this.#random() < 0.5 ? -1 : 1;
      const near = exponentOf(x) + Math.round((this.#random() - 0.5) * 20);
      const target = (this.#random() * 2 - 1) * EXPONENTS[this.dtype][1];
      pairs.push([x, sign * this.#inBinade(near)], [x, sign * x * (1 + this.#random() * 1e-3)]);
      pairs.push([Math.abs(x), target / Math.log2(Math.abs(x))], [x, Math.round(this.#random() * 6)]);
    }
    const rounded = pairs.map(([x, y]) => [x, this.#rounded(y)] as const);
    return rounded.filter(([, y]) => this.#isNormal(y));
  }

  #inBinade(exponent: number): number {
    return (1 + this.#random()) * 2 ** exponent;
  }

  /** The neighbours of a point, and others ever farther from it. */
  #around(point: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => {
      const distance = i < 8 ? i * 2 ** -DIGITS[this.dtype] : 2 ** (-this.#random() * DIGITS[this.dtype]);
      return point * (1 + (i % 2 ? distance : -distance));
    });
  }

  #rounded(x: number): number {
    return this.dtype === 'float32' ? Math.fround(x) : x;
  }

  #isNormal(x: number): boolean {
    return Number.isFinite(x) && Math.abs(x) >= 2 ** EXPONENTS[this.dtype][0];
  }
}
