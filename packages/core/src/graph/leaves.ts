import type { DimExpression } from '../tensor/dim.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';
import type { Kind, Op, Typed } from './op.js';

/** A recipe for a first value: `build` makes it as a node of a graph of its own, with draws, which the machine evaluates once. */
export interface Initialiser {
  readonly shape: readonly number[];
  build(graph: Graph, dtype: DType): Node;
}

export interface InputAttrs extends Typed {
  readonly name: string;
}

/** What a state is for: `seed` and `step` feed the draws, and are looked after by the machine. */
export type StateRole = 'parameter' | 'state' | 'seed' | 'step';

/** What a parameter or other state is: its name, its type, and where its first value comes from. */
export interface StateAttrs extends Typed {
  readonly name: string;
  readonly role: StateRole;
  readonly first: Tensor | Initialiser;
  /** Position among the states of the graph: the stream of a random first value. */
  readonly ordinal: number;
}

/** One value at every index. The value may be a named dim, which is how a mean divides by `batch`. */
export interface ConstantAttrs extends Typed {
  readonly value: number | DimExpression;
}

export interface DataAttrs extends Typed {
  readonly data: TypedArray;
}

function leaf<A extends Typed>(name: string, unique: boolean, kind: Kind = 'leaf'): Op<A> {
  return { name, kind, cost: 0, unique, infer: (_inputs, { shape, dtype }) => ({ shape, dtype }) };
}

export const inputOp = leaf<InputAttrs>('input', true);
export const parameterOp = leaf<StateAttrs>('parameter', true);
export const stateOp = leaf<StateAttrs>('state', true);
/** Values that the graph holds. */
export const dataOp = leaf<DataAttrs>('data', false);
/** A value to be differentiated by, while one rule is derived from the other. */
export const holeOp = leaf<Typed>('hole', true);
/** A new hole of the type of a node, in its graph. */
export function holeLike({ graph, shape, dtype }: Node): Node {
  return graph.append(holeOp, [], { shape, dtype }) as Node;
}

/** One value at every index; it needs no memory. */
export const constantOp: Op<ConstantAttrs> = {
  ...leaf<ConstantAttrs>('constant', false, 'view'),
  lower: (k) => {
    const { value } = k.attrs;
    if (typeof value !== 'number') throw new TypeError(`constant: ${value} is not bound`);
    return k.constant(value);
  },
};

/**
 * Is this node a parameter or other state?
 *
 * @example
 * console.log(isState(w), isState(mul(w, 2))); // true false
 */
export function isState(node: Node): node is Node<StateAttrs> {
  return node.op === parameterOp || node.op === stateOp;
}

/**
 * Is this node an input, whose value each run is fed?
 *
 * @example
 * console.log(isInput(x), isInput(square(x))); // true false
 */
export function isInput(node: Node): node is Node<InputAttrs> {
  return node.op === inputOp;
}

/**
 * Is this node one value at every index, and which?
 *
 * @example
 * console.log(isConstant(graph.constant(1), 1), isConstant(graph.constant([1, 2]))); // true false
 */
export function isConstant(node: Node, value?: number): node is Node<ConstantAttrs> {
  return node.op === constantOp && (value === undefined || Object.is((node as Node<ConstantAttrs>).attrs.value, value));
}
