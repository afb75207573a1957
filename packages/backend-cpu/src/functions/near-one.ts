import type { Value } from '@tapegrad/core';
import { polynomial, type TwoParts } from './tools.js';

/** log(1 + f) for 1 + f between √½ and √2, and with it that of (1 + f)·2^e, in the way of K. C. Ng, FreeBSD, e_log.c. */
export class LogNearOne {
  readonly #coefficients: readonly number[];
  readonly #ln2: TwoParts;

  /** @param coefficients of log(1 + f) = 2s + s·R(s²) with s = f/(2 + f), by powers of s², the highest first */
  constructor(coefficients: readonly number[], ln2: TwoParts) {
    this.#coefficients = coefficients;
    this.#ln2 = ln2;
  }

  /** log(1 + f) as f − square + rest. */
  parts(f: Value): { readonly square: Value; readonly rest: Value } {
    const s = f.div(f.add(2));
    const z = s.mul(s);
    const square = f.mul(0.5).mul(f);
    return { square, rest: polynomial(z, this.#coefficients).mul(z).add(square).mul(s) };
  }

  /** log(1 + f) + e·ln(2). */
  scaled(f: Value, e: Value): Value {
    const { square, rest } = this.parts(f);
    return f.sub(square.sub(e.mul(this.#ln2.low).add(rest))).add(e.mul(this.#ln2.high));
  }
}
