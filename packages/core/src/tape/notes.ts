import { isLeaf } from '../fusion/storage.js';
import { isConstant } from '../graph/leaves.js';
import { type Node, nameOfNode } from '../graph/node.js';
import type { Target } from '../placement/target.js';
import type { Step } from './step.js';

/** What became of the nodes of a program. */
export interface Outcome {
  readonly steps: readonly Step[];
  /** Results that are other values in another shape. */
  readonly views: ReadonlyMap<Node, Node>;
  /** Why nodes are in memory. */
  readonly reasons: ReadonlyMap<Node, string>;
  readonly hosted?: Target['hosted'];
}

/** Where each node of a program went, in words. */
export function notesOf(nodes: readonly Node[], { steps, views, reasons, hosted = () => null }: Outcome): Map<Node, string> {
  const instructions = new Map<Node, number[]>();
  const again = new Map<Node, string>();
  const roots = new Set<Node>();
  const placed = new Map<Node, Node>();
  const rows = new Set<Node>();
  steps.forEach(({ unit, ...step }, i) => {
    for (const node of unit.computed) push(instructions, node, i);
    for (const row of unit.rows) rows.add(row);
    for (const [node, root] of unit.placed) placed.set(node, root);
    for (const root of unit.roots) {
      roots.add(root);
      if (step.again) again.set(root, `${again.get(root) ?? '; made again'} by instruction ${i}, ${step.again}`);
    }
  });
  const noteOf = (node: Node): string => {
    const where = `${fate(node, instructions.get(node) ?? [], { roots, rows, placed, views, reasons })}${again.get(node) ?? ''}`;
    const why = isLeaf(node) ? null : hosted(node);
    return why ? `${where}; computed in this process, as ${why}` : where;
  };
  return new Map(nodes.map((node) => [node, noteOf(node)]));
}

function push(lists: Map<Node, number[]>, node: Node, i: number): void {
  const list = lists.get(node);
  if (list) list.push(i);
  else lists.set(node, [i]);
}

interface Fates {
  readonly roots: ReadonlySet<Node>;
  readonly rows: ReadonlySet<Node>;
  readonly placed: ReadonlyMap<Node, Node>;
  readonly views: ReadonlyMap<Node, Node>;
  readonly reasons: ReadonlyMap<Node, string>;
}

function fate(node: Node, at: readonly number[], { roots, rows, placed, views, reasons }: Fates): string {
  if (isLeaf(node)) return 'in memory before the run';
  if (roots.has(node)) return `made by instruction ${at[0]}; ${reasons.get(node)}`;
  if (rows.has(node)) return `kept by instruction ${at[0]} for one row at a time; ${reasons.get(node)}`;
  const whole = placed.get(node);
  if (whole) return `written by instruction ${at[0]} where ${nameOfNode(whole)} has it`;
  const source = views.get(node);
  if (source) return `the memory of ${nameOfNode(source)}, in another shape`;
  if (isConstant(node)) return 'written into the code of its readers';
  if (at.length === 0) return 'not computed';
  return `computed inside instruction${at.length > 1 ? 's' : ''} ${at.join(', ')}, in registers`;
}
