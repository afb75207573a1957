/**
 * The index algebra: exact integer arithmetic over loop axes. Every address and every view (reshape, transpose, slice, flip) is an `Index`,
 * and a view vanishes where the forms below simplify. All rules rest on one fact: every atom's least value is 0.
 */

import { type Atom, type Axis, evaluateAtom, freeAxes, type IndexValue, largest, nameOf, show, type Term } from './atoms.js';
import { floorDiv, floorMod, properDivisors } from './integers.js';

export type { Axis, IndexValue, Term } from './atoms.js';

/** A sum of coefficient * atom, plus an offset, in canonical form: equal keys are identical forms, and equal affine functions have equal keys. */
export class Index {
  /** Sorted by the atoms' keys; no key twice, no coefficient 0. */
  readonly terms: readonly Term[];
  readonly offset: number;
  #key: string | null = null;
  #range: readonly [number, number] | null = null;
  #axes: ReadonlySet<string> | null = null;

  /** Takes terms that are canonical already; everybody else starts from `of`, `axis` or `value`. */
  constructor(terms: readonly Term[], offset: number) {
    this.terms = terms;
    this.offset = offset;
  }

  static of(n: number): Index {
    return n === 0 ? zero : new Index([], n);
  }

  /** The axis itself, or 0 where its extent is 1. */
  static axis(axis: Axis): Index {
    return axis.extent === 1 ? zero : single({ kind: 'axis', key: axis.key, axis });
  }

  /** A value that promises 0 <= value < extent; 0 where the extent is 1. */
  static value(value: IndexValue, extent: number): Index {
    return extent === 1 ? zero : single({ kind: 'value', key: `#${value.id}<${extent}`, value, extent });
  }

  plus(other: Index | number): Index {
    if (typeof other !== 'number') return sum(this, other, 1);
    return other === 0 ? this : new Index(this.terms, this.offset + other);
  }

  minus(other: Index | number): Index {
    return typeof other === 'number' ? this.plus(-other) : sum(this, other, -1);
  }

  times(n: number): Index {
    if (n === 1) return this;
    return n === 0 ? zero : new Index(scaled(this.terms, n), this.offset * n + 0);
  }

  /** The floor of this / n, for a positive integer n. */
  div(n: number): Index {
    return divide(this, n)[0];
  }

  /** This modulo n, in [0, n), for a positive integer n. */
  mod(n: number): Index {
    return divide(this, n)[1];
  }

  /** Bounds, both inclusive: always sound, and tight for affine forms and for a div or mod of one. */
  get range(): readonly [number, number] {
    if (this.#range) return this.#range;
    let low = this.offset;
    let high = this.offset;
    for (const { atom, coefficient } of this.terms) {
      if (coefficient > 0) high += coefficient * largest(atom);
      else low += coefficient * largest(atom);
    }
    this.#range = [low, high];
    return this.#range;
  }

  /** Its value, where it has no terms. */
  get constant(): number | null {
    return this.terms.length === 0 ? this.offset : null;
  }

  /** The keys of all free axes, those inside div, mod and values too. */
  get axes(): ReadonlySet<string> {
    this.#axes ??= freeAxes(this.terms);
    return this.#axes;
  }

  /** The identity of the form, readable: `4*i + (j div 3) - 2`. */
  get key(): string {
    this.#key ??= show(this);
    return this.#key;
  }

  /**
   * Puts indices in place of axes, all at once, and simplifies anew: `i` by `4*outer + lane` is a tiling.
   * `value` rebuilds the values in which a replaced axis is free; without it such a value is an error.
   */
  substitute(axes: ReadonlyMap<string, Index>, value: (value: IndexValue) => IndexValue = refuse): Index {
    let out = Index.of(this.offset);
    for (const { atom, coefficient } of this.terms) out = sum(out, substituteAtom(atom, axes, value), coefficient);
    return out;
  }

  /** Its integer value at one point. Throws where an axis has no value. */
  evaluate(axes: ReadonlyMap<string, number>, value: (value: IndexValue) => number): number {
    let out = this.offset;
    for (const { atom, coefficient } of this.terms) out += coefficient * evaluateAtom(atom, axes, value);
    return out;
  }

  toString(): string {
    return this.key;
  }
}

const zero = new Index([], 0);

/**
 * The row-major position of an element in a shape. What `unflatten` made comes back whole: `flatten(unflatten(x, shape), shape)` is `x`.
 * An index along an axis of size 1 is taken as 0.
 *
 * @example
 * const position = flatten([Index.of(1), Index.of(2)], [3, 4]); // 1·4 + 2
 */
export function flatten(at: readonly Index[], shape: readonly number[]): Index {
  let stride = 1;
  for (const size of shape) stride *= size;
  let out = zero;
  for (let d = 0; d < shape.length; d++) {
    const size = shape[d]!;
    if (size === 0) return zero;
    stride /= size;
    if (size !== 1) out = sum(out, at[d]!, stride);
  }
  return out;
}

/**
 * The indices along each axis of a shape of the element at a row-major position, which must lie in the shape. Outside (behind a guard, where
 * nothing is read) the first axis of more than one element runs out of its bounds, so that flattening still gives the position back.
 *
 * @example
 * const [row, column] = unflatten(Index.of(6), [3, 4]); // 1 and 2
 */
export function unflatten(flat: Index, shape: readonly number[]): Index[] {
  const out = shape.map(() => zero);
  const first = shape.findIndex((size) => size !== 1);
  if (first < 0 || shape.includes(0)) return out;
  let rest = flat;
  for (let d = shape.length - 1; d > first; d--) [rest, out[d]] = divide(rest, shape[d]!) as [Index, Index];
  out[first] = rest;
  return out;
}

function single(atom: Atom): Index {
  return new Index([{ atom, coefficient: 1 }], 0);
}

function scaled(terms: readonly Term[], n: number): readonly Term[] {
  return n === 1 ? terms : terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient * n }));
}

/** x + factor * y. */
function sum(x: Index, y: Index, factor: number): Index {
  const offset = x.offset + y.offset * factor;
  if (y.terms.length === 0) return offset === x.offset ? x : new Index(x.terms, offset);
  if (x.terms.length === 0) return factor === 1 && offset === y.offset ? y : new Index(scaled(y.terms, factor), offset);
  return rejoin(new Index(merge(x.terms, y.terms, factor), offset));
}

function merge(x: readonly Term[], y: readonly Term[], factor: number): Term[] {
  const out: Term[] = [];
  let i = 0;
  let j = 0;
  while (i < x.length && j < y.length) {
    const a = x[i]!;
    const b = y[j]!;
    if (a.atom.key === b.atom.key) {
      const coefficient = a.coefficient + b.coefficient * factor;
      if (coefficient !== 0) out.push({ atom: a.atom, coefficient });
      i++;
      j++;
    } else if (a.atom.key < b.atom.key) {
      out.push(a);
      i++;
    } else {
      out.push({ atom: b.atom, coefficient: b.coefficient * factor });
      j++;
    }
  }
  for (; i < x.length; i++) out.push(x[i]!);
  for (; j < y.length; j++) out.push({ atom: y[j]!.atom, coefficient: y[j]!.coefficient * factor });
  return out;
}

/**
 * Puts together again what div and mod took apart: n*(y div n) + (y mod n) is y, and n*(z mod m) + (y mod n), where z = e + (y div n), is
 * (n*e + y) mod n*m; both times any common coefficient.
 */
function rejoin(x: Index): Index {
  if (x.terms.length < 2) return x;
  for (const term of x.terms) {
    if (term.atom.kind !== 'mod') continue;
    const joined = rejoinQuotient(x, term, term.atom) ?? rejoinRemainder(x, term, term.atom);
    if (joined) return joined;
  }
  return x;
}

type Division = Extract<Atom, { of: Index }>;

function rejoinQuotient(x: Index, term: Term, { of, by }: Division): Index | null {
  const step = term.coefficient * by;
  if (!x.terms.some(({ atom, coefficient }) => atom.kind === 'div' && coefficient % step === 0)) return null;
  const quotient = of.div(by);
  const present = quotient.terms.every(({ atom, coefficient }) => coefficientOf(x, atom) === coefficient * step);
  return present ? sum(sum(without(x, term), quotient, -step), of, term.coefficient) : null;
}

function rejoinRemainder(x: Index, term: Term, { by }: Division): Index | null {
  const step = term.coefficient * by;
  for (const outer of x.terms) {
    if (outer.atom.kind !== 'mod' || Math.abs(outer.coefficient) !== Math.abs(step)) continue;
    const { of, by: period } = outer.atom;
    if (!staysExact(of, period, by)) continue;
    const mirrored = outer.coefficient !== step; // -(z mod m) is (m - 1 - z) mod m, less m - 1
    const joined = sum(single(term.atom), mirrored ? of.times(-1).plus(period - 1) : of, by);
    if (coefficientOf(joined, term.atom) !== 0) continue;
    const rest = without(without(x, term), outer).plus(mirrored ? -step * (period - 1) : 0);
    return sum(rest, joined.mod(by * period), term.coefficient);
  }
  return null;
}

function without(x: Index, term: Term): Index {
  return new Index(
    x.terms.filter((other) => other !== term),
    x.offset,
  );
}

function coefficientOf(x: Index, atom: Atom): number {
  for (const term of x.terms) if (term.atom.key === atom.key) return term.coefficient;
  return 0;
}

/** `[x div n, x mod n]`. Both come from one decomposition, so that `rejoin` finds them to belong together. */
function divide(x: Index, n: number): readonly [Index, Index] {
  if (n === 1) return [x, zero];
  if (!(n > 1 && Number.isInteger(n))) throw new Error(`Index: cannot divide by ${n}; a divisor is a positive integer.`);
  const [low, high] = x.range;
  if (low >= 0 && high < n) return [zero, x];
  const exact = divideExactly(x, n);
  if (exact) return exact;
  for (const factor of properDivisors(n)) {
    const part = divideExactly(x, factor);
    if (!part) continue;
    const [quotient, rest] = divide(part[0], n / factor);
    return [quotient, sum(part[1], rest, factor)];
  }
  return divideByAtoms(x, n);
}

/**
 * The division, where the remainder is a sum of x's own atoms. Such a remainder starts from offset mod n and must stay within [0, n) as any
 * atom grows from 0, so each coefficient c can only be c mod n, or that less n: at most one of the two leaves enough room.
 */
function divideExactly(x: Index, n: number): readonly [Index, Index] | null {
  const offset = floorMod(x.offset, n);
  let above = n - 1 - offset;
  let below = offset;
  for (const { atom, coefficient } of x.terms) {
    const rising = floorMod(coefficient, n);
    if (rising === 0) continue;
    const length = largest(atom);
    if (rising * length <= above) above -= rising * length;
    else if ((n - rising) * length <= below) below -= (n - rising) * length;
    else return null;
  }
  const quotient: Term[] = [];
  const rest: Term[] = [];
  for (const term of x.terms) {
    const { atom, coefficient } = term;
    const rising = floorMod(coefficient, n);
    const low = rising * largest(atom) <= n - 1 - offset ? rising : rising - n;
    if (low !== coefficient) quotient.push({ atom, coefficient: (coefficient - low) / n });
    if (low !== 0) rest.push(low === coefficient ? term : { atom, coefficient: low });
  }
  return [rejoin(new Index(quotient, (x.offset - offset) / n)), rejoin(new Index(rest, offset))];
}

/**
 * The division, where div and mod remain. Whole multiples of n are taken out with their sign kept, so that quotient and remainder are greatest
 * at one corner and ranges stay tight. The first coefficient is made positive (a flipped axis shares the atoms of the axis itself), and the
 * least value is brought into [0, n).
 */
function divideByAtoms(x: Index, n: number): readonly [Index, Index] {
  const multiples: Term[] = [];
  const rest: Term[] = [];
  for (const term of x.terms) {
    const { atom, coefficient } = term;
    const low = coefficient % n;
    if (low !== coefficient) multiples.push({ atom, coefficient: (coefficient - low) / n });
    if (low !== 0) rest.push(low === coefficient ? term : { atom, coefficient: low });
  }
  const whole = rejoin(new Index(multiples, 0));
  const apart = new Index(rest, x.offset);
  const residual = rejoin(apart);
  if (residual !== apart) {
    const [quotient, remainder] = divide(residual, n);
    return [whole.plus(quotient), remainder];
  }
  const mirrored = rest[0]!.coefficient < 0; // y div n is -((n - 1 - y) div n), and y mod n is n - 1 - (n - 1 - y) mod n
  const upright = mirrored ? residual.times(-1).plus(n - 1) : residual;
  const turns = floorDiv(upright.range[0], n);
  const [quotient, remainder] = divideNatural(upright.plus(-turns * n), n);
  if (mirrored) return [whole.plus(-turns).minus(quotient), Index.of(n - 1).minus(remainder)];
  return [whole.plus(turns).plus(quotient), remainder];
}

/**
 * The division of a reduced, natural form. (y mod k*n) div n is (y div n) mod k, and (y mod k*n) mod n is y mod n; (e + (y div m)) div n is
 * (m*e + y) div m*n. What else remains becomes an atom.
 */
function divideNatural(of: Index, n: number): readonly [Index, Index] {
  const only = onlyAtom(of);
  if (only?.kind === 'mod' && only.by % n === 0) {
    const [quotient, remainder] = divide(only.of, n);
    return [quotient.mod(only.by / n), remainder];
  }
  const remainder = (): Index => single({ kind: 'mod', key: nameOf('mod', of, n), of, by: n });
  for (const { atom, coefficient } of of.terms) {
    if (atom.kind !== 'div' || Math.abs(coefficient) !== 1) continue;
    if (!staysExact(of, n, atom.by)) continue;
    const others = sum(of, single(atom), -coefficient).times(atom.by);
    const quotient = (coefficient === 1 ? others.plus(atom.of) : others.minus(atom.of).plus(atom.by - 1)).div(atom.by * n);
    const known = quotient.terms.every((term) => !('of' in term.atom) || coefficientOf(of, term.atom) !== 0);
    return [quotient, known ? sum(of, quotient, -n) : remainder()];
  }
  return [single({ kind: 'div', key: nameOf('div', of, n), of, by: n }), remainder()];
}

/** Whether (of div n) can be written as (factor * of) div (factor * n) in exact integers. */
function staysExact(of: Index, n: number, factor: number): boolean {
  return Number.isSafeInteger(2 * factor * (of.range[1] + n));
}

function onlyAtom(x: Index): Atom | null {
  const term = x.terms.length === 1 && x.offset === 0 ? x.terms[0]! : null;
  return term?.coefficient === 1 ? term.atom : null;
}

function substituteAtom(atom: Atom, axes: ReadonlyMap<string, Index>, value: (value: IndexValue) => IndexValue): Index {
  if (atom.kind === 'axis') return axes.get(atom.key) ?? single(atom);
  if (![...freeAxes([{ atom, coefficient: 1 }])].some((key) => axes.has(key))) return single(atom);
  if (atom.kind === 'value') return Index.value(value(atom.value), atom.extent);
  const of = atom.of.substitute(axes, value);
  return atom.kind === 'div' ? of.div(atom.by) : of.mod(atom.by);
}

function refuse(value: IndexValue): never {
  throw new Error(`Index.substitute: value ${value.id} depends on a replaced axis. Pass a function that rebuilds it.`);
}
