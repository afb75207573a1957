import { ShapeError } from '../errors.js';

/**
 * The size of an axis: a number, or a polynomial in named sizes. Equal dims are the same value: `===` compares them.
 */
export type Dim = number | DimExpression;

/** A whole number times factors, sorted. A factor is a name or the text of a floor, which {@link floorOf} explains. */
export interface Term {
  readonly coefficient: number;
  readonly factors: readonly string[];
}

export interface Floor {
  readonly of: DimExpression;
  readonly by: number;
}

// Texts are identities, so both tables only ever grow by a new text. Programs use few.
const expressions = new Map<string, DimExpression>();
const floors = new Map<string, Floor>();

/**
 * A polynomial with whole coefficients in names and in floors of such polynomials: `2*batch + 3`, `seq - 1`,
 * `floor((h + 1)/2)`. Its canonical text is its identity: there is one object for each text, so that `===`, sharing,
 * printing and hashing need nothing else. An expression holds at least one name; all else is a number.
 */
export class DimExpression {
  readonly text: string;
  readonly terms: readonly Term[];

  private constructor(text: string, terms: readonly Term[]) {
    this.text = text;
    this.terms = terms;
  }

  /** The sum of `terms`, like ones collected; a number where no name is left. */
  static sum(terms: Iterable<Term>): Dim {
    const collected = new Map<string, Term>();
    for (const { coefficient, factors } of terms) {
      const key = factors.join('*');
      collected.set(key, { coefficient: coefficient + (collected.get(key)?.coefficient ?? 0), factors });
    }
    const kept = [...collected].filter(([, term]) => term.coefficient !== 0).sort(([a], [b]) => compareKeys(a, b));
    if (kept.every(([key]) => key === '')) return kept[0]?.[1].coefficient ?? 0;
    const text = textOf(kept);
    let known = expressions.get(text);
    if (!known) {
      known = new DimExpression(text, Object.freeze(kept.map(([, term]) => term)));
      expressions.set(text, known);
    }
    return known;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** By text, the constant last. */
function compareKeys(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1;
  return a < b ? -1 : 1;
}

function textOf(terms: readonly (readonly [string, Term])[]): string {
  return terms
    .map(([key, { coefficient }], i) => {
      const size = Math.abs(coefficient);
      const body = key === '' ? `${size}` : size === 1 ? key : `${size}*${key}`;
      if (i === 0) return coefficient < 0 ? `-${body}` : body;
      return coefficient < 0 ? ` - ${body}` : ` + ${body}`;
    })
    .join('');
}

/** The floor that a factor stands for; undefined for a name. */
export function floorOf(factor: string): Floor | undefined {
  return floors.get(factor);
}

/** The dim that is a single name. */
export function nameDim(name: string): Dim {
  return DimExpression.sum([{ coefficient: 1, factors: [name] }]);
}

function termsOf(dim: Dim): readonly Term[] {
  return typeof dim === 'number' ? [{ coefficient: dim, factors: [] }] : dim.terms;
}

/**
 * The sum of two dims.
 *
 * @example
 * console.log(String(addDims(dim('seq'), 1))); // seq + 1
 */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return DimExpression.sum([...termsOf(a), ...termsOf(b)]);
}

/**
 * The difference of two dims; it may be negative.
 *
 * @example
 * console.log(String(subtractDims(dim('seq'), 1))); // seq - 1
 */
export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(-1, b));
}

/**
 * The product of two dims.
 *
 * @example
 * console.log(String(multiplyDims(dim('batch'), dim('seq')))); // batch*seq
 */
export function multiplyDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b + 0; // + 0 turns -0 into 0
  return DimExpression.sum(termsOf(a).flatMap((x) => termsOf(b).map((y) => timesTerm(x, y))));
}

function timesTerm(a: Term, b: Term): Term {
  return { coefficient: a.coefficient * b.coefficient, factors: [...a.factors, ...b.factors].sort() };
}

/**
 * The dim q with `a` = q·`b` whatever the names stand for; null where there is none, and for `b` = 0.
 * Long division in graded lexicographic order, in which the leading term of a product is the product of leading terms.
 *
 * @example
 * console.log(String(divideExactly(dim('batch*seq'), dim('seq')))); // batch
 */
export function divideExactly(a: Dim, b: Dim): Dim | null {
  if (b === 0) return null;
  const divisor = leadingTerm(b);
  let quotient: Dim = 0;
  let rest = a;
  while (rest !== 0) {
    const term = divideTerm(leadingTerm(rest), divisor);
    if (!term) return null;
    const step = DimExpression.sum([term]);
    quotient = addDims(quotient, step);
    rest = subtractDims(rest, multiplyDims(step, b));
  }
  return quotient;
}

function leadingTerm(dim: Dim): Term {
  return termsOf(dim).reduce((best, term) => (leads(term.factors, best.factors) ? term : best));
}

function leads(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return a.length > b.length;
  const at = a.findIndex((factor, i) => factor !== b[i]);
  return at >= 0 && (a[at] as string) < (b[at] as string);
}

function divideTerm(a: Term, b: Term): Term | null {
  if (a.coefficient % b.coefficient !== 0) return null;
  const factors = [...a.factors];
  for (const factor of b.factors) {
    const at = factors.indexOf(factor);
    if (at < 0) return null;
    factors.splice(at, 1);
  }
  return { coefficient: a.coefficient / b.coefficient, factors };
}

/**
 * ⌊`a`/`by`⌋ for a whole `by` ≥ 1. What divides is taken out of the floor, the rest is reduced to coefficients below
 * `by`, common factors are cancelled, and a floor of a floor becomes one: `floor((2*h + 5)/2)` is `h + 2`.
 *
 * @example
 * console.log(String(floorDivide(dim('2*h + 5'), 2))); // h + 2
 */
export function floorDivide(a: Dim, by: number): Dim {
  if (!Number.isInteger(by) || by < 1)
    throw new ShapeError(`floorDivide: the divisor must be a whole number of at least 1, not ${by}.`);
  const split = termsOf(a).map(({ coefficient, factors }) => {
    const left = coefficient - by * Math.floor(coefficient / by);
    return { whole: { coefficient: (coefficient - left) / by, factors }, left: { coefficient: left, factors } };
  });
  const whole = DimExpression.sum(split.map((part) => part.whole));
  const left = DimExpression.sum(split.map((part) => part.left));
  return typeof left === 'number' ? whole : addDims(whole, properFloor(left, by));
}

/** ⌊p/by⌋ where p has coefficients in 0 … by − 1. ⌊(g·p + c)/(g·k)⌋ = ⌊(p + ⌊c/g⌋)/k⌋, as p is whole. */
function properFloor(p: DimExpression, by: number): Dim {
  const common = p.terms.reduce((g, term) => (term.factors.length > 0 ? greatestDivisor(g, term.coefficient) : g), by);
  const reduced = DimExpression.sum(p.terms.map((term) => ({ ...term, coefficient: Math.floor(term.coefficient / common) })));
  return mergedFloor(reduced as DimExpression, by / common);
}

/** ⌊(⌊q/m⌋ + c)/by⌋ = ⌊(q + m·c)/(m·by)⌋; any other p becomes a floor of its own. */
function mergedFloor(p: DimExpression, by: number): Dim {
  const [first, constant, ...more] = p.terms as [Term, ...Term[]];
  const inner = first.coefficient === 1 && first.factors.length === 1 ? floorOf(first.factors[0] as string) : undefined;
  if (inner && more.length === 0 && (constant === undefined || constant.factors.length === 0)) {
    return floorDivide(addDims(inner.of, inner.by * (constant?.coefficient ?? 0)), inner.by * by);
  }
  const text = p.terms.length === 1 ? `floor(${p}/${by})` : `floor((${p})/${by})`;
  floors.set(text, { of: p, by });
  return nameDim(text);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
