import type { Procedure, Value } from '@tapegrad/core';
import type { Logarithm } from './inverse-hyperbolic.js';
import type { LogNearOne } from './near-one.js';
import type { FunctionOf, TwoParts } from './tools.js';

/** The reciprocal of the logarithm of a base, and the logarithm of 2 in that base. */
export interface Base {
  readonly reciprocal: TwoParts;
  readonly ofTwo: TwoParts;
}

/** A dtype of floats by the integer that holds sign, exponent and leading digits of a number, its word: all its bits, or the upper 32. */
export interface Format {
  readonly wordOf: (p: Procedure, x: Value) => Value;
  /** The number with another word in the place of its own. */
  readonly withWord: (p: Procedure, x: Value, word: Value) => Value;
  /** The leading digits of a number, so few that the product with those of another is exact. */
  readonly head: (p: Procedure, x: Value) => Value;
  /** The power of two that has a word. */
  readonly powerOf: (p: Procedure, word: Value) => Value;
  /** How many digits a word holds. */
  readonly digits: number;
  /** What is added to exponents: numbers are below 2^(bias + 1), and the least normal one is 2^(1 − bias). */
  readonly bias: number;
  /** The word of √½. */
  readonly rootOfHalf: number;
  /** Multiplied by 2^lift, subnormal numbers are normal. */
  readonly lift: number;
  readonly nearOne: LogNearOne;
}

type PlainLog = (p: Procedure, x: Value) => Value;

/** Logarithms of a dtype. */
export class Logarithms {
  readonly #format: Format;

  constructor(format: Format) {
    this.#format = format;
  }

  /** The word of a normal number m·2^e with m between √½ and √2, and of it that of the exponent. */
  #exponentOf(p: Procedure, x: Value): { readonly word: Value; readonly exponent: Value; readonly e: Value } {
    const { wordOf, rootOfHalf, digits } = this.#format;
    const word = wordOf(p, x);
    const fromRoot = word.sub(rootOfHalf);
    return { word, exponent: fromRoot.apply('bitAnd', -(2 ** digits)), e: fromRoot.apply('shiftRight', digits).cast(x.type) };
  }

  /** A normal number as (1 + f)·2^e, with 1 + f between √½ and √2. */
  split(p: Procedure, x: Value): { readonly f: Value; readonly e: Value } {
    const { word, exponent, e } = this.#exponentOf(p, x);
    return { f: this.#format.withWord(p, x, word.sub(exponent)).sub(1), e };
  }

  /** Is a number by its word not between the least normal one and 2^limit? One comparison of integers tells. */
  #isOutside(word: Value, limit: number): Value {
    const { bias, digits } = this.#format;
    const infinite = (2 * bias + 1) * 2 ** digits;
    return word.add(infinite).apply('ge', -0x80000000 + (bias + limit - 1) * 2 ** digits);
  }

  /** Is it subnormal, 0, negative, infinite or NaN? */
  isUnusual(p: Procedure, x: Value): Value {
    return this.#isOutside(this.#format.wordOf(p, x), this.#format.bias + 1);
  }

  /** A logarithm, given it for normal numbers and for 2: −∞ at 0, NaN below, ∞ at ∞; subnormal numbers are made normal first. */
  complete(plain: PlainLog, ofTwo: number): FunctionOf {
    const { bias, lift } = this.#format;
    return (p, x) => {
      const literal = (value: number): Value => p.literal(value, x.type);
      const result = p.variable(plain(p, x));
      p.if(p.any(this.isUnusual(p, x)), () => {
        const tiny = x.lt(2 ** (1 - bias));
        const y = plain(p, tiny.select(x.mul(2 ** lift), x)).sub(tiny.select(literal(lift * ofTwo), 0));
        const atZero = x.eq(0).select(literal(-Infinity), literal(Number.NaN));
        result.set(x.eq(Infinity).select(x, x.gt(0).select(y, atZero)));
      });
      return result.value;
    };
  }

  #plain(p: Procedure, x: Value): Value {
    const { f, e } = this.split(p, x);
    return this.#format.nearOne.scaled(f, e);
  }

  get log(): FunctionOf {
    return this.complete((p, x) => this.#plain(p, x), Math.LN2);
  }

  /** A logarithm in another base, with log(1 + f) in two parts: FreeBSD, e_log2.c and e_log10.c. */
  inBase({ reciprocal, ofTwo }: Base): FunctionOf {
    const { head, nearOne } = this.#format;
    const plain: PlainLog = (p, x) => {
      const { f, e } = this.split(p, x);
      const { square, rest } = nearOne.parts(f);
      const first = head(p, f.sub(square));
      const second = f.sub(first).sub(square).add(rest);
      const main = first.mul(reciprocal.high);
      const whole = e.mul(ofTwo.high);
      const sum = whole.add(main);
      const lost = whole.sub(sum).add(main);
      const tail = second.add(first).mul(reciprocal.low).add(second.mul(reciprocal.high)).add(e.mul(ofTwo.low));
      return tail.add(lost).add(sum);
    };
    return this.complete(plain, ofTwo.high + ofTwo.low);
  }

  /** log(1 + x) + extra·ln(2), for −1 < x < 2^(bias − 1): 1 + x = (1 + f)·2^e, and f = x·2^−e + (2^−e − 1) has lost nothing of x. */
  #plainLog1p(p: Procedure, x: Value, extra: Value | null): { readonly value: Value; readonly word: Value } {
    const { powerOf, bias, digits, nearOne } = this.#format;
    const { word, exponent, e } = this.#exponentOf(p, x.add(1));
    const scale = powerOf(p, exponent.apply('neg').add(bias * 2 ** digits));
    return { value: nearOne.scaled(x.mul(scale).add(scale.sub(1)), extra ? e.add(extra) : e), word };
  }

  /** −0 stays. */
  get log1p(): FunctionOf {
    const { bias } = this.#format;
    return (p, x) => {
      const { value, word } = this.#plainLog1p(p, x, null);
      const result = p.variable(value.apply('copySign', x));
      p.if(p.any(this.#isOutside(word, bias - 1)), () => {
        const large = x.eq(Infinity).select(x, this.#plain(p, x));
        const pole = x.eq(-1).select(p.literal(-Infinity, x.type), p.literal(Number.NaN, x.type));
        result.set(x.gt(2 ** (bias - 2)).select(large, x.gt(-1).select(result.value, pole)));
      });
      return result.value;
    };
  }

  /** What inverse hyperbolic functions are made of. */
  inverse(bounds: Pick<Logarithm, 'large' | 'shift'>): Logarithm {
    return { ...bounds, log1p: (p, x, extra) => this.#plainLog1p(p, x, extra).value };
  }
}
