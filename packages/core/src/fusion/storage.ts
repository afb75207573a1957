import { isConstant } from '../graph/leaves.js';
import { type Node, nameOfNode } from '../graph/node.js';
import type { Kind } from '../graph/op.js';
import { countOf } from '../tensor/shape.js';
import { DEAR, NESTED, TERMS } from './cost.js';
import { extentsOf } from './frame.js';
import { pointsRead } from './points.js';

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
  /** Is this node computed in a kernel of its own, from buffers? */
  readonly isApart: (node: Node) => boolean;
  /** The most buffers that one kernel may read. */
  readonly reads: number;
}

/** Which nodes get a buffer before any two share a kernel, and why. Everything else is computed where it is read. `nodes` are oldest first. */
export function storedNodes(outputs: readonly Node[], nodes: readonly Node[], options: StorageOptions): Map<Node, string> {
  const storage = new Storage(nodes, options);
  for (const output of outputs) storage.keep(output, 'it is a result');
  for (const node of nodes) if (!isLeaf(node)) storage.visit(node);
  return storage.stored;
}

/** What is known of the nodes that are decided, in arrays by id, as graphs are long. */
class Storage {
  readonly stored = new Map<Node, string>();
  readonly #options: StorageOptions;
  readonly #readers: Float64Array;
  readonly #operands: ReadonlyMap<Node, string>;
  /** Scalar operations of one element, since the last buffers. */
  readonly #costs: Float64Array;
  /** Ops that are computed inside one another. */
  readonly #depths: Float64Array;
  /** How many buffers of products and reductions, of its own size, wait for a node that is not one itself, and for nobody else. */
  readonly #terms: Float64Array;
  /** The id of the newest buffer that a node needs. */
  readonly #newest: Int32Array;
  /** The buffers that a node which is not one itself reads. Empty where any number may be read. */
  readonly #sources = new Map<Node, ReadonlySet<Node>>();
  /** What pointwise nodes may follow in one kernel. */
  readonly #leads = new Set<Node>();

  constructor(nodes: readonly Node[], options: StorageOptions) {
    this.#options = options;
    const ids = (nodes.at(-1)?.id ?? 0) + 1;
    this.#costs = new Float64Array(ids);
    this.#depths = new Float64Array(ids);
    this.#terms = new Float64Array(ids);
    this.#newest = new Int32Array(ids).fill(-1);
    const { readers, operands } = lookBack(nodes);
    this.#readers = readers;
    this.#operands = operands;
  }

  keep(node: Node, why: string): void {
    if (!isLeaf(node) && !this.stored.has(node)) this.stored.set(node, why);
  }

  /** Decides about a node, and about those of its inputs that were not worth a buffer until now. */
  visit(node: Node): void {
    const { inputs, id } = node;
    for (let i = 0; i < inputs.length; i++) this.#weigh(node, i, inputs[i]!);
    if (this.#options.wholly(node)) for (const x of inputs) this.keep(x, `${node.op.name} reads it whole`);
    if (this.#options.isApart(node)) for (const x of inputs) if (!isConstant(x)) this.keep(x, `${node.op.name} is apart`);
    if (this.#options.reads < Infinity) this.#gatherSources(node);
    let { cost } = node.op;
    let depth = isConstant(node) ? 0 : 1;
    let newest = -1;
    for (const x of inputs) {
      const base = this.#baseOf(x);
      const inMemory = isLeaf(base) || this.stored.has(base);
      if (!inMemory) cost += this.#costs[x.id]!;
      if (!inMemory || x !== base) depth += this.#depths[x.id]!;
      newest = Math.max(newest, this.stored.has(base) ? base.id : this.#newest[x.id]!);
    }
    this.#costs[id] = cost;
    this.#depths[id] = depth;
    this.#newest[id] = newest;
    const lead = this.#leadOf(node, newest);
    const why = this.#reason(node, lead);
    if (why) this.keep(node, why);
    this.#terms[id] = inputs.reduce((total, x) => total + this.#termsOf(x, node), 0);
    if (node.op.kind === 'pointwise' && this.#terms[id]! > TERMS) this.keep(node, `${TERMS} values would wait in memory for it`);
    if (lead || LEADS.has(node.op.kind)) this.#leads.add(node);
    if (depth > NESTED) this.keep(node, `${NESTED} ops are computed in one another`);
  }

  /** What waits for `node` on behalf of an operand: itself, if it is stored, or what waits for it. */
  #termsOf(operand: Node, node: Node): number {
    const x = this.#baseOf(operand);
    if (isLeaf(x) || this.#readers[x.id] !== 1 || countOf(x.shape) !== countOf(node.shape)) return 0;
    return this.stored.has(x) ? 1 : this.#terms[x.id]!;
  }

  #reason(node: Node, lead: Node | undefined): string | null {
    const { kind } = node.op;
    const { fuse, wholly, isApart } = this.#options;
    if (KEPT.has(kind) || wholly(node)) return `it is a ${kind}`;
    if (isApart(node)) return 'it is apart';
    if (this.#operands.has(node) && kind !== 'view') return `${this.#operands.get(node)} reads it`;
    if (!fuse) return isConstant(node) ? null : 'fusion is off';
    return lead ? `it follows ${nameOfNode(lead)} in its kernel` : null;
  }

  /** Collects the buffers that a node reads; where they are too many, stores the inputs that read the most. */
  #gatherSources(node: Node): void {
    const sourcesOf = (x: Node): ReadonlySet<Node> => {
      const base = this.#baseOf(x);
      return isLeaf(base) || this.stored.has(base) ? new Set([base]) : (this.#sources.get(base) ?? new Set());
    };
    const all = (): Set<Node> => new Set(node.inputs.flatMap((x) => [...sourcesOf(x)]));
    while (all().size > this.#options.reads) {
      const [most] = node.inputs.toSorted((a, b) => sourcesOf(b).size - sourcesOf(a).size);
      if (sourcesOf(most!).size <= 1) break;
      this.keep(this.#baseOf(most!), `more than ${this.#options.reads} buffers would be read at once`);
    }
    this.#sources.set(node, all());
  }

  /** Stores a costly input that would be computed more than once. */
  #weigh(node: Node, i: number, x: Node): void {
    if (this.#costs[x.id]! < DEAR) return;
    const base = this.#baseOf(x);
    if (isLeaf(base) || this.stored.has(base)) return;
    if (this.#readers[base.id]! > 1) this.keep(base, 'it is costly and read more than once');
    else if (pointsOf(node, i) > countOf(base.shape)) this.keep(base, 'it is costly and repeated along an axis');
  }

  /** The operand, newest of all, that nobody else reads, and in whose kernel this node may be computed: then only one of both needs a buffer. */
  #leadOf(node: Node, newest: number): Node | undefined {
    if (node.op.kind !== 'pointwise') return undefined;
    for (const input of node.inputs) {
      const x = this.#baseOf(input);
      if (x.id !== newest || !this.#leads.has(x) || this.#readers[x.id] !== 1) continue;
      if (extentsOf(x).join() === extentsOf(node).join()) return x;
    }
    return undefined;
  }

  /** What a chain of views shows: a value is stored below them, never the view. */
  #baseOf(node: Node): Node {
    let base = node;
    while (base.op.kind === 'view' && base.inputs.length === 1 && !this.stored.has(base) && !isLeaf(base.inputs[0]!))
      base = base.inputs[0]!;
    return base;
  }
}

/**
 * How many read each node, by id, where a view stands for its readers; and what is an operand of a kind that reads buffers, through views.
 */
function lookBack(nodes: readonly Node[]): { readers: Float64Array; operands: Map<Node, string> } {
  const readers = new Float64Array((nodes.at(-1)?.id ?? 0) + 1);
  const operands = new Map<Node, string>();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n]!;
    const isView = node.op.kind === 'view';
    const count = isView ? Math.max(1, readers[node.id]!) : 1;
    const by = READS_BUFFERS.has(node.op.kind) ? node.op.name : isView ? operands.get(node) : undefined;
    node.inputs.forEach((x, i) => {
      if (node.inputs.indexOf(x) === i) readers[x.id]! += count;
      if (by) operands.set(x, by);
    });
  }
  return { readers, operands };
}

function pointsOf(node: Node, input: number): number {
  const elementwise = node.op.kind === 'pointwise' || node.op.kind === 'view';
  return elementwise ? countOf(node.shape) : pointsRead(node)[input]!;
}
