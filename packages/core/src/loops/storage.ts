import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Kind } from '../graph/op.js';
import { countOf } from '../tensor/shape.js';
import { pointsRead } from './lower.js';

/** From this many scalar operations on, a value is worth a buffer where it would be computed more than once. */
const DEAR = 8;
/** The most ops that are computed inside one another: bounds code, recomputation and the depth of recursion. */
const NESTED = 64;

const KEPT: ReadonlySet<Kind> = new Set<Kind>([
  'reduction',
  'contraction',
  'recurrence',
  'scatter',
  'procedure',
  'composite',
  'custom',
]);
/** What reads its operands many times, or in an order of its own: below their views these must be buffers. */
const READS_BUFFERS: ReadonlySet<Kind> = new Set<Kind>(['contraction', 'recurrence', 'scatter']);

/** Is this node memory that is there before the program runs? */
export function isLeaf(node: Node): boolean {
  return node.op.kind === 'leaf';
}

export interface StorageOptions {
  readonly fuse: boolean;
  /** Is this node computed by something that sees whole buffers (a procedure, a routine, an op of the backend)? */
  readonly wholly: (node: Node) => boolean;
}

/** Which nodes get a buffer before any two share a kernel, and why. Everything else is computed where it is read. `nodes` are oldest first. */
export function storedNodes(
  outputs: readonly Node[],
  nodes: readonly Node[],
  { fuse, wholly }: StorageOptions,
): Map<Node, string> {
  const stored = new Map<Node, string>();
  const { readers, operands } = lookBack(nodes);
  const costs = new Map<Node, number>();
  const nested = new Map<Node, number>();
  const keep = (node: Node, why: string): void => {
    if (!isLeaf(node) && !stored.has(node)) stored.set(node, why);
  };
  const costOf = (x: Node): number => (isLeaf(x) || stored.has(baseOf(x, stored)) ? 0 : costs.get(x)!);
  for (const output of outputs) keep(output, 'it is a result');

  for (const node of nodes) {
    if (isLeaf(node)) continue;
    const { kind } = node.op;
    if (wholly(node)) for (const x of node.inputs) keep(x, `${node.op.name} reads it whole`);
    if (KEPT.has(kind) || wholly(node)) keep(node, `it is a ${kind}`);
    else if (operands.has(node) && kind !== 'view') keep(node, `${operands.get(node)} reads it`);
    else if (!fuse && !isConstant(node)) keep(node, 'fusion is off');

    for (const [i, x] of node.inputs.entries()) {
      if (costOf(x) < DEAR) continue;
      const base = baseOf(x, stored);
      if (readers.get(base)! > 1) keep(base, 'it is costly and read more than once');
      else if (pointsOf(node, i) > countOf(base.shape)) keep(base, 'it is costly and repeated along an axis');
    }
    costs.set(
      node,
      node.inputs.reduce((total, x) => total + costOf(x), node.op.cost),
    );
    const depth = node.inputs.reduce((total, x) => total + (stored.has(x) ? 0 : (nested.get(x) ?? 0)), 1);
    if (depth > NESTED) keep(node, `${NESTED} ops are computed in one another`);
    nested.set(node, isConstant(node) ? 0 : depth);
  }
  return stored;
}

/** How many read each node, where a view stands for its readers; and what is an operand of a kind that reads buffers, through views. */
function lookBack(nodes: readonly Node[]): { readers: Map<Node, number>; operands: Map<Node, string> } {
  const readers = new Map<Node, number>();
  const operands = new Map<Node, string>();
  for (const node of nodes.toReversed()) {
    const isView = node.op.kind === 'view';
    const count = isView ? Math.max(1, readers.get(node) ?? 0) : 1;
    const by = READS_BUFFERS.has(node.op.kind) ? node.op.name : isView ? operands.get(node) : undefined;
    for (const x of new Set(node.inputs)) {
      readers.set(x, (readers.get(x) ?? 0) + count);
      if (by) operands.set(x, by);
    }
  }
  return { readers, operands };
}

/** What a chain of views shows: a value is stored below them, never the view. */
function baseOf(node: Node, stored: ReadonlyMap<Node, string>): Node {
  let base = node;
  while (base.op.kind === 'view' && base.inputs.length === 1 && !stored.has(base) && !isLeaf(base.inputs[0]!))
    base = base.inputs[0]!;
  return base;
}

function pointsOf(node: Node, input: number): number {
  const elementwise = node.op.kind === 'pointwise' || node.op.kind === 'view';
  return elementwise ? countOf(node.shape) : pointsRead(node)[input]!;
}
