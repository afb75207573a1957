import type { Axis, Condition, Index, Term } from '@tapegrad/core';

/** What an index is at every point of some axes, row-major. It must not depend on values. */
export function tabulate(index: Index, axes: readonly Axis[]): Float64Array {
  const size = axes.reduce((product, { extent }) => product * extent, 1);
  const table = new Float64Array(size).fill(index.offset);
  for (const term of index.terms) addTerm(table, term, axes);
  return table;
}

function addTerm(table: Float64Array, { atom, coefficient }: Term, axes: readonly Axis[]): void {
  if (atom.kind === 'value') throw new Error('tabulate: the index depends on a value');
  if (atom.kind === 'axis') {
    const at = axes.findIndex(({ key }) => key === atom.key);
    const inner = axes.slice(at + 1).reduce((product, { extent }) => product * extent, 1);
    const { extent } = atom.axis;
    for (let i = 0; i < table.length; i++) table[i]! += coefficient * (Math.floor(i / inner) % extent);
    return;
  }
  const of = tabulate(atom.of, axes);
  const { by } = atom;
  const apply = atom.kind === 'div' ? (x: number) => Math.floor(x / by) : (x: number) => x - by * Math.floor(x / by);
  for (let i = 0; i < table.length; i++) table[i]! += coefficient * apply(of[i]!);
}

/** Where all conditions hold, as 0 and 1. */
export function tabulateConditions(conditions: readonly Condition[], axes: readonly Axis[]): Uint8Array {
  const size = axes.reduce((product, { extent }) => product * extent, 1);
  const holds = new Uint8Array(size).fill(1);
  for (const [index, low, high] of conditions) {
    const table = tabulate(index, axes);
    for (let i = 0; i < size; i++) if (table[i]! < low || table[i]! >= high) holds[i] = 0;
  }
  return holds;
}
