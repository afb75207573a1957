import { GraphError, ShapeError, type Site } from '../errors.js';
import { optionsOf } from '../options.js';
import { type Dim, DimExpression, quoteDim } from '../tensor/dim.js';
import { castValue, checkDType, type DType } from '../tensor/dtype.js';
import { inspect } from '../tensor/print.js';
import { type Shape, showShape, toShape } from '../tensor/shape.js';
import { type NestedArray, readTensor, Tensor, type TensorLike } from '../tensor/tensor.js';
import { AttrKeys } from './attrs.js';
import { callOn } from './calling.js';
import { constantOp, dataOp, type Initialiser, inputOp, parameterOp, type StateRole, stateOp } from './leaves.js';
import { Node, type Origin, type Region } from './node.js';
import type { Op } from './op.js';
import { otherGraph } from './operand.js';
import { calledFunction, onBehalfOf, publicCall } from './public-call.js';

/** Options of a new {@link Graph}. */
export interface GraphOptions {
  /** The default float dtype, float32 unless said. */
  readonly dtype?: 'float32' | 'float64';
}

/** Options of a parameter or another state. */
export interface StateOptions {
  /** The graph's own unless the first value states one. */
  readonly dtype?: DType;
}

/** A shape as people write it: numbers, and names of dims whose size each run brings. */
export type ShapeLike = readonly (number | string | DimExpression)[];

/**
 * An append-only list of operations. A node's inputs are always older than it, so the list is its own topological order. Equal nodes
 * (same op, inputs and attrs, compared exactly) are one node; inputs, parameters and state never are.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['batch', 784]);
 * const w = graph.parameter('w', zeros([784, 10]));
 */
export class Graph {
  readonly dtype: 'float32' | 'float64';
  readonly #nodes: Node[] = [];
  readonly #known = new Map<Op, Map<string, Node>>();
  readonly #keys = new AttrKeys();
  readonly #names = new Map<string, Node>();
  #making: Origin | null = null;
  #region: Region | null = null;
  #states = 0;
  #streams = 0;

  constructor(options?: GraphOptions) {
    this.dtype = optionsOf('Graph', options, { dtype: 'float32' }).dtype;
  }

  /** All nodes, oldest first. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** A value that every run is fed, by name. Dims may be names (`'batch'`), bound by what is fed. */
  input(name: string, shape: ShapeLike, dtype: DType = this.dtype): Node {
    return publicCall(this.input, () => {
      const sized = toShape(`input '${name}'`, shape);
      return this.#name(name, () => this.append(inputOp, [], { name, shape: sized, dtype }));
    });
  }

  /** An input of no axes. */
  scalar(name: string, dtype: DType = this.dtype): Node {
    return this.input(name, [], dtype);
  }

  /** State that optimisers update. Its first value is a tensor or an initialiser, made by the machine. */
  parameter(name: string, first: TensorLike | Initialiser, options?: StateOptions): Node {
    return publicCall(this.parameter, () => this.#state(name, 'parameter', first, options));
  }

  /** A value that a machine keeps between runs, and that updates replace. */
  state(name: string, first: TensorLike | Initialiser, options?: StateOptions): Node {
    return publicCall(this.state, () => this.#state(name, 'state', first, options));
  }

  /** A fixed value: a number, a nested array, a typed array or a tensor. Equal constants are one node. Typed arrays are copied. */
  constant(value: TensorLike | DimExpression, dtype?: DType): Node {
    if (value instanceof DimExpression) return this.splat(value, [], dtype ?? this.dtype);
    return publicCall(this.constant, () => {
      const held = this.#tensor(value, dtype);
      if (held.size === 1) return this.splat(Number(held.item()), held.shape, held.dtype);
      return this.append(dataOp, [], { data: held.data.slice(), shape: held.shape, dtype: held.dtype });
    });
  }

  /** One value at every index of a shape; for authors of ops. */
  splat(value: number | Dim, shape: Shape, dtype: DType): Node {
    return this.append(constantOp, [], { value: typeof value === 'number' ? castValue(value, dtype) : value, shape, dtype });
  }

  /** What a new draw is a function of: the seed and step of the machine, and a stream of its own. For authors of draws. */
  draw(): { seed: Node; step: Node; stream: number } {
    const known = (name: string, role: StateRole, first: () => Tensor) =>
      this.#names.get(name) ?? this.#state(name, role, first());
    const seed = known('random.seed', 'seed', () => Tensor.from([0, 0], { dtype: 'uint32' }));
    const step = known('random.step', 'step', () => Tensor.scalar('uint32', 0));
    return { seed, step, stream: this.#streams++ };
  }

  /** The input, parameter or state of this name, if there is one. */
  named(name: string): Node | undefined {
    return this.#names.get(name);
  }

  /**
   * The one door: checks that the inputs are of this graph, infers dtype and shape, and appends the node, or finds the equal one that is
   * there. For authors of ops; people call the ops.
   */
  append<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
    return publicCall(this.append, (site) => this.#append(op, inputs, attrs, site));
  }

  /** Runs `make`; every node that it appends has this origin, and errors end with its site. For passes and derivatives. */
  making<T>(origin: Origin, make: () => T): T {
    const outer = this.#making;
    this.#making = this.#region && !origin.region ? { ...origin, region: this.#region } : origin;
    try {
      return callOn(this, () => (origin.site ? onBehalfOf(origin.site, make) : make()));
    } finally {
      this.#making = outer;
    }
  }

  /** Runs `make`; the nodes that it appends belong to a region of their own, inside of the one that is being made. */
  checkpointing<T>(make: () => T): T {
    const outer = this.#region;
    this.#region = { outer };
    try {
      return make();
    } finally {
      this.#region = outer;
    }
  }

  /** `Graph float32: 12 nodes; x, y, w`. The printers of `print/` show the nodes themselves. */
  toString(): string {
    const count = this.#nodes.length === 1 ? '1 node' : `${this.#nodes.length} nodes`;
    return [`Graph ${this.dtype}: ${count}`, ...(this.#names.size > 0 ? [[...this.#names.keys()].join(', ')] : [])].join('; ');
  }

  [inspect](): string {
    return this.toString();
  }

  #append<A>(op: Op<A>, inputs: readonly Node[], attrs: A, site: Site): Node<A> {
    for (const x of inputs) {
      if (x.graph !== this) throw otherGraph(op.name, x);
    }
    const known = op.unique ? undefined : this.#knownOf(op as Op);
    const key = known ? `${inputs.map((x) => x.id).join()}|${this.#keys.keyOf(attrs)}` : '';
    const equal = known?.get(key);
    if (equal) return equal as Node<A>;
    const { shape, dtype } = op.infer(inputs, attrs, this);
    checkDType(op.name, dtype);
    const origin = this.#making ?? { site, of: null, from: null, region: this.#region };
    const node = new Node(this, this.#nodes.length, op, inputs, attrs, shape, dtype, origin);
    this.#nodes.push(node as Node);
    known?.set(key, node as Node);
    return node;
  }

  #state(name: string, role: StateRole, first: TensorLike | Initialiser, options?: StateOptions): Node {
    const { dtype } = optionsOf(role, options, { dtype: undefined });
    const value = isInitialiser(first) ? first : this.#tensor(first, dtype);
    const held = value instanceof Tensor ? value.dtype : (dtype ?? this.dtype);
    const shape = toShape(`${role} '${name}'`, value.shape);
    const named = shape.find((dim) => typeof dim !== 'number');
    if (named)
      throw new ShapeError(`${role} '${name}': ${quoteDim(named)} in ${showShape(shape)} is a name; state has sizes only.`);
    const attrs = { name, role, first: value, shape, dtype: held, ordinal: this.#states };
    const node = this.#name(name, () => this.append(role === 'parameter' ? parameterOp : stateOp, [], attrs));
    this.#states++;
    return node;
  }

  #tensor(value: TensorLike, dtype?: DType): Tensor {
    if (value instanceof Tensor) return dtype && dtype !== value.dtype ? value.cast(dtype) : value;
    const own = ArrayBuffer.isView(value) || holdsBooleans(value);
    return readTensor(value, dtype ?? (own ? undefined : this.dtype), calledFunction() ?? 'tensor');
  }

  #name(name: string, make: () => Node): Node {
    if (typeof name !== 'string' || name === '') {
      throw new GraphError(`${calledFunction()}: the name is ${name === '' ? 'empty' : String(name)}; give a text such as 'x'.`);
    }
    const taken = this.#names.get(name);
    if (taken)
      throw new GraphError(
        `${taken.op.name}: the name '${name}' is taken by %${taken.id}; names of inputs, parameters and state are unique in a graph.`,
      );
    const node = make();
    this.#names.set(name, node);
    return node;
  }

  #knownOf(op: Op): Map<string, Node> {
    let nodes = this.#known.get(op);
    if (!nodes) {
      nodes = new Map();
      this.#known.set(op, nodes);
    }
    return nodes;
  }
}

function holdsBooleans(value: NestedArray): boolean {
  return Array.isArray(value) ? value.length > 0 && holdsBooleans(value[0]) : typeof value === 'boolean';
}

function isInitialiser(value: TensorLike | Initialiser): value is Initialiser {
  return typeof value === 'object' && 'build' in value && typeof value.build === 'function';
}
