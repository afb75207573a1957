import { type Axis, type Index, strides } from '@tapegrad/core';

/** How the elements that are read lie along one dimension of a buffer: at `start + step·i`, i running along `axis`; all at `start` without one. */
export interface Along {
  readonly start: number;
  readonly step: number;
  readonly axis: Axis | null;
}

/** An axis of the nest and what one step along it adds to an address. */
interface Stride {
  readonly axis: Axis;
  readonly step: number;
}

/** The axes that stand in an address as such, not inside a quotient, a remainder or a value. */
export function plainTerms({ terms }: Index): Stride[] {
  return terms.flatMap(({ atom, coefficient }) => (atom.kind === 'axis' ? [{ axis: atom.axis, step: coefficient }] : []));
}

/** The axes that an address is a sum of, or null where there are other terms. */
function stridesOf(address: Index): Stride[] | null {
  const found = plainTerms(address);
  return found.length === address.terms.length ? found : null;
}

/** Reads an address as one slice, forwards or backwards, of each dimension of a buffer, each along an axis of its own; null where it is none. */
export function slicesOf(address: Index, shape: readonly number[]): Along[] | null {
  const terms = stridesOf(address);
  if (!terms) return null;
  const lowest = terms.reduce((at, { axis, step }) => at + Math.min(0, step * (axis.extent - 1)), address.offset);
  if (lowest < 0) return null;
  const distances = strides(shape);
  let rest = lowest;
  const along: Along[] = [];
  for (const [d, size] of shape.entries()) {
    const distance = distances[d]!;
    const mine = size === 1 ? [] : terms.filter(({ step }) => Math.abs(step) >= distance && Math.abs(step) < distance * size);
    if (mine.length > 1 || mine.some(({ step }) => step % distance !== 0)) return null;
    const low = size === 1 ? 0 : Math.floor(rest / distance);
    rest -= low * distance;
    const [term] = mine;
    const reach = term ? (Math.abs(term.step) / distance) * (term.axis.extent - 1) : 0;
    if (low + reach >= size) return null;
    if (!term) along.push({ start: low, step: 1, axis: null });
    else along.push({ start: term.step > 0 ? low : low + reach, step: term.step / distance, axis: term.axis });
  }
  const used = along.filter(({ axis }) => axis).length;
  return rest === 0 && used === terms.length ? along : null;
}

/** The axes of an address in the order in which they run through a whole buffer without gaps; null where they do not. */
export function orderOf(address: Index, length: number): Axis[] | null {
  const terms = stridesOf(address);
  if (!terms || address.offset !== 0) return null;
  const sorted = terms.toSorted((a, b) => b.step - a.step);
  let expected = length;
  for (const { axis, step } of sorted) {
    expected /= axis.extent;
    if (step !== expected) return null;
  }
  return expected === 1 ? sorted.map(({ axis }) => axis) : null;
}
