import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { isLeaf } from '../loops/storage.js';
import type { Target } from '../loops/target.js';
import type { Unit } from '../loops/unit.js';

/** Where each node of a program went, in words. */
export function notesOf(
  nodes: readonly Node[],
  units: readonly Unit[],
  reasons: ReadonlyMap<Node, string>,
  hosted: Target['hosted'] = () => null,
): Map<Node, string> {
  const instructions = new Map<Node, number[]>();
  const roots = new Set<Node>();
  const rows = new Set<Node>();
  units.forEach((unit, i) => {
    for (const root of unit.roots) roots.add(root);
    for (const row of unit.rows) rows.add(row);
    for (const node of unit.computed) {
      const known = instructions.get(node);
      if (known) known.push(i);
      else instructions.set(node, [i]);
    }
  });
  const noteOf = (node: Node): string => {
    const where = fate(node, instructions.get(node) ?? [], { roots, rows, reasons });
    const why = isLeaf(node) ? null : hosted(node);
    return why ? `${where}; computed in this process, as ${why}` : where;
  };
  return new Map(nodes.map((node) => [node, noteOf(node)]));
}

interface Fates {
  readonly roots: ReadonlySet<Node>;
  readonly rows: ReadonlySet<Node>;
  readonly reasons: ReadonlyMap<Node, string>;
}

function fate(node: Node, at: readonly number[], { roots, rows, reasons }: Fates): string {
  if (isLeaf(node)) return 'in memory before the run';
  if (roots.has(node)) return `made by instruction ${at[0]}; ${reasons.get(node)}`;
  if (rows.has(node)) return `kept by instruction ${at[0]} for one row at a time; ${reasons.get(node)}`;
  if (isConstant(node)) return 'written into the code of its readers';
  if (at.length === 0) return 'not computed';
  return `computed inside instruction${at.length > 1 ? 's' : ''} ${at.join(', ')}, in registers`;
}
