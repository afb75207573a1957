import type { Index } from './indices.js';
import { floorDiv, floorMod } from './integers.js';

/** A loop variable: 0 <= value < extent. Keys are identifiers, and one key has one extent. */
export interface Axis {
  readonly key: string;
  readonly extent: number;
}

/** A value used as an index (a gather): anything with an identity and free axes. */
export interface IndexValue {
  readonly id: number;
  readonly axes: ReadonlySet<string>;
}

/** What an index is a sum of. Under `div` and `mod`, `of` is never negative, so truncating and flooring division agree on it. */
export type Atom =
  | { readonly kind: 'axis'; readonly key: string; readonly axis: Axis }
  | { readonly kind: 'div' | 'mod'; readonly key: string; readonly of: Index; readonly by: number }
  | { readonly kind: 'value'; readonly key: string; readonly value: IndexValue; readonly extent: number };

/** One summand of an index. */
export interface Term {
  readonly atom: Atom;
  readonly coefficient: number;
}

const noAxes: ReadonlySet<string> = new Set();

/** The greatest value of an atom; the least is 0. */
export function largest(atom: Atom): number {
  switch (atom.kind) {
    case 'axis':
      return Math.max(atom.axis.extent - 1, 0);
    case 'value':
      return Math.max(atom.extent - 1, 0);
    case 'div':
      return floorDiv(atom.of.range[1], atom.by);
    case 'mod':
      return atom.by - 1;
  }
}

/** The keys of all axes in some terms, at any depth. */
export function freeAxes(terms: readonly Term[]): ReadonlySet<string> {
  if (terms.length === 0) return noAxes;
  const out = new Set<string>();
  for (const { atom } of terms) {
    if (atom.kind === 'axis') out.add(atom.key);
    else for (const key of atom.kind === 'value' ? atom.value.axes : atom.of.axes) out.add(key);
  }
  return out;
}

/** Its value at one point. Throws where an axis has no value. */
export function evaluateAtom(atom: Atom, axes: ReadonlyMap<string, number>, value: (value: IndexValue) => number): number {
  if (atom.kind === 'value') return value(atom.value);
  if (atom.kind === 'axis') {
    const at = axes.get(atom.key);
    if (at === undefined) throw new Error(`Index.evaluate: axis '${atom.key}' has no value.`);
    return at;
  }
  const of = atom.of.evaluate(axes, value);
  return atom.kind === 'div' ? floorDiv(of, atom.by) : floorMod(of, atom.by);
}

/** An index as text: `4*i + (j div 3) - 2`. */
export function show({ terms, offset }: Index): string {
  let out = '';
  for (const { atom, coefficient } of terms) {
    const size = Math.abs(coefficient);
    const sign = coefficient < 0 ? (out ? ' - ' : '-') : out ? ' + ' : '';
    out += sign + (size === 1 ? atom.key : `${size}*${atom.key}`);
  }
  if (!out) return `${offset}`;
  return offset === 0 ? out : `${out} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
}

/** The text of a div or mod: `(i div 3)`, `((i + 1) mod 4)`. */
export function nameOf(kind: 'div' | 'mod', of: Index, by: number): string {
  const bare = of.terms.length === 1 && of.offset === 0 && of.terms[0]!.coefficient === 1;
  return `(${bare ? of.key : `(${of.key})`} ${kind} ${by})`;
}
