import { isConstant } from '../graph/leaves.js';
import { type Node, nameOfNode } from '../graph/node.js';
import type { Kind } from '../graph/op.js';
import { countOf } from '../tensor/shape.js';
import { extentsOf, pointsRead } from './lower.js';

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

/** What pointwise ops may follow in one kernel. */
const LEADS: ReadonlySet<Kind> = new Set<Kind>(['contraction', 'reduction', 'recurrence']);

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
export function storedNodes(outputs: readonly Node[], nodes: readonly Node[], options: StorageOptions): Map<Node, string> {
  const storage = new Storage(nodes, options);
  for (const output of outputs) storage.keep(output, 'it is a result');
  for (const node of nodes) if (!isLeaf(node)) storage.visit(node);
  return storage.stored;
}

/** What is known of a node when the nodes older than it have been decided. */
interface Known {
  /** Scalar operations of one element, since the last buffer. */
  readonly cost: number;
  /** Ops that are computed inside one another for it. */
  readonly depth: number;
  /** The id of the newest buffer that it needs. */
  readonly newest: number;
}

const NOTHING: Known = { cost: 0, depth: 0, newest: -1 };

class Storage {
  readonly stored = new Map<Node, string>();
  readonly #options: StorageOptions;
  readonly #readers: ReadonlyMap<Node, number>;
  readonly #operands: ReadonlyMap<Node, string>;
  readonly #known = new Map<Node, Known>();
  /** What pointwise nodes may follow in one kernel. */
  readonly #leads = new Set<Node>();

  constructor(nodes: readonly Node[], options: StorageOptions) {
    this.#options = options;
    const { readers, operands } = lookBack(nodes);
    this.#readers = readers;
    this.#operands = operands;
  }

  keep(node: Node, why: string): void {
    if (!isLeaf(node) && !this.stored.has(node)) this.stored.set(node, why);
  }

  /** Decides about a node, and about those of its inputs that were not worth a buffer until now. */
  visit(node: Node): void {
    for (const [i, x] of node.inputs.entries()) this.#weigh(node, i, x);
    if (this.#options.wholly(node)) for (const x of node.inputs) this.keep(x, `${node.op.name} reads it whole`);
    const inputs = node.inputs.map((x) => this.#knownOf(x));
    const newest = inputs.reduce((latest, x) => Math.max(latest, x.newest), -1);
    const lead = this.#leadOf(node, newest);
    const why = this.#reason(node, lead);
    if (why) this.keep(node, why);
    if (lead || LEADS.has(node.op.kind)) this.#leads.add(node);

    const depth = inputs.reduce((total, x) => total + x.depth, isConstant(node) ? 0 : 1);
    if (depth > NESTED) this.keep(node, `${NESTED} ops are computed in one another`);
    const cost = inputs.reduce((total, x) => total + x.cost, node.op.cost);
    this.#known.set(node, { cost, depth, newest });
  }

  #reason(node: Node, lead: Node | undefined): string | null {
    const { kind } = node.op;
    const { fuse, wholly } = this.#options;
    if (KEPT.has(kind) || wholly(node)) return `it is a ${kind}`;
    if (this.#operands.has(node) && kind !== 'view') return `${this.#operands.get(node)} reads it`;
    if (!fuse) return isConstant(node) ? null : 'fusion is off';
    return lead ? `it follows ${nameOfNode(lead)} in its kernel` : null;
  }

  /** Stores a costly input that would be computed more than once. */
  #weigh(node: Node, i: number, x: Node): void {
    if (this.#knownOf(x).cost < DEAR) return;
    const base = this.#baseOf(x);
    if (this.#readers.get(base)! > 1) this.keep(base, 'it is costly and read more than once');
    else if (pointsOf(node, i) > countOf(base.shape)) this.keep(base, 'it is costly and repeated along an axis');
  }

  /** The operand, newest of all, that nobody else reads, and in whose kernel this node may be computed: then only one of both needs a buffer. */
  #leadOf(node: Node, newest: number): Node | undefined {
    if (node.op.kind !== 'pointwise') return undefined;
    const extents = extentsOf(node).join();
    const fits = (x: Node) => x.id === newest && this.#leads.has(x) && this.#readers.get(x) === 1;
    return node.inputs.map((x) => this.#baseOf(x)).find((x) => fits(x) && extentsOf(x).join() === extents);
  }

  #knownOf(x: Node): Known {
    if (isLeaf(x)) return NOTHING;
    const base = this.#baseOf(x);
    return this.stored.has(base)
      ? { ...NOTHING, newest: base.id, depth: x === base ? 0 : this.#known.get(x)!.depth }
      : this.#known.get(x)!;
  }

  /** What a chain of views shows: a value is stored below them, never the view. */
  #baseOf(node: Node): Node {
    let base = node;
    while (base.op.kind === 'view' && base.inputs.length === 1 && !this.stored.has(base) && !isLeaf(base.inputs[0]!))
      base = base.inputs[0]!;
    return base;
  }
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

function pointsOf(node: Node, input: number): number {
  const elementwise = node.op.kind === 'pointwise' || node.op.kind === 'view';
  return elementwise ? countOf(node.shape) : pointsRead(node)[input]!;
}
