import * as tapegrad from 'tapegrad';
import { Graph, type Node } from 'tapegrad';
import { curve, type Group, type Sample, sample } from '../sample.js';

/** Where nearly every function is defined. */
const x = [0.25, 0.5, 0.75];
const interval = { from: 0.1, to: 0.9 };

/** A page for each pointwise op that no group lists, at work on numbers that suit most. Other ops need a line in their group. */
export function unlisted(groups: readonly Group[]): Group[] {
  const listed = new Set(groups.flatMap((group) => Object.keys(group.ops)));
  const samples = Object.entries(tapegrad).flatMap(([name, op]) => {
    const shown = listed.has(name) || !isPointwise(op) ? null : sampleOf(name, op);
    return shown ? [[name, shown] as const] : [];
  });
  if (samples.length === 0) return [];
  return [{ title: 'Further functions', about: 'Element by element.', ops: Object.fromEntries(samples) }];
}

type Pointwise = (...operands: Node[]) => Node;

function isPointwise(value: unknown): value is Pointwise {
  return typeof value === 'function' && 'op' in value && (value.op as { kind: string }).kind === 'pointwise';
}

function sampleOf(name: string, op: Pointwise): Sample | null {
  if (takes(op, 1)) return curve(`${name}(x)`, x, interval);
  return takes(op, 2) ? sample(`${name}(x, y)`, { x, y: [0.5, 0.5, 2] }) : null;
}

function takes(op: Pointwise, operands: number): boolean {
  const graph = new Graph();
  try {
    return op(...Array.from({ length: operands }, (_, i) => graph.input(`x${i}`, [3]))).inputs.length === operands;
  } catch {
    return false;
  }
}
