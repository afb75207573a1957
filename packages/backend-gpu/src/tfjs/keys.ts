import type { Attribute } from './tensorflow.js';

/** Attributes as text: equal texts mean equal attributes, NaN, infinities and −0 told apart. */
export function keyOf(value: Attribute): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`;
  if (typeof value === 'object') {
    const entries = Object.entries(value as Readonly<Record<string, Attribute>>);
    return `{${entries.map(([name, item]) => `${name}:${keyOf(item)}`).join()}}`;
  }
  return JSON.stringify(value);
}
