import type { Combine, Condition, Expr } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import type { Procedure } from '../loops/procedure.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import type { Shape } from '../tensor/shape.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';

/** The shape and dtype of a value. */
export interface Typed {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * The form of an op, which is all that passes and fusion know of it.
 * leaf: a buffer given from outside. pointwise: one element from the same element of each input. view: index arithmetic alone.
 * guarded: a view with gaps (pad, embed) or with values as indices (gather). reduction, contraction (a sum of products),
 * recurrence: along one axis. scatter: writes where a value says. procedure: written as statements. composite: defined by other ops.
 * custom: only hand-written kernels.
 */
export type Kind =
  | 'leaf'
  | 'pointwise'
  | 'view'
  | 'guarded'
  | 'reduction'
  | 'contraction'
  | 'recurrence'
  | 'scatter'
  | 'procedure'
  | 'composite'
  | 'custom';

/** What a lowering sees: the index of one element of the result, and a way to ask for elements of the inputs. */
export interface Lowering<A = unknown> {
  readonly node: Node<A>;
  readonly attrs: A;
  /** One index per axis of the result. */
  readonly at: readonly Index[];
  /** The result's shape in numbers. */
  readonly shape: readonly number[];
  /** The shape of an input in numbers. */
  shapeOf(input: number): readonly number[];
  /** An element of an input: by calling the producer's lowering, or by reading its buffer. */
  load(input: number, at: readonly Index[]): Expr;
  /** A constant, of the result's dtype unless another is named. */
  constant(value: number, dtype?: DType): Expr;
  /** An index as a value, int32 unless another dtype is named. */
  index(index: Index, dtype?: DType): Expr;
  /** An int32 value as an index, which the caller promises to be in `0 … extent-1`. */
  indexFrom(value: Expr, extent: number): Index;
  /** Combines `body` over new axes of these extents. */
  reduce(combine: Combine, extents: readonly number[], body: (...at: Index[]) => Expr): Expr;
  /** `h(t) = factor(t)·h(t-1) + addend(t)` along an axis of the result, from `h(-1) = 0`. */
  recurrence(axis: number, factor: Expr, addend: Expr): Expr;
  /** `body` where every index is in its interval, else `otherwise`. */
  guard(conditions: readonly Condition[], body: () => Expr, otherwise: number): Expr;
}

/** A hand-written kernel for backends whose memory is the host's: typed arrays in, the result's typed array to fill. */
export type HostKernel<A = unknown> = {
  // Written as a method, so that a kernel of particular attrs is a kernel.
  run(inputs: readonly TypedArray[], output: TypedArray, context: KernelContext<A>): void;
}['run'];

/** What a hand-written kernel sees besides its arrays. */
export interface KernelContext<A> {
  readonly attrs: A;
  /** The shapes of the inputs, and of the result. */
  readonly shapes: readonly (readonly number[])[];
  readonly shape: readonly number[];
}

/**
 * What a node does. Methods, so that an op of particular attrs is an op; made by the factories of `primitives/forms.ts` from one
 * stated derivative fact.
 */
export interface Op<A = unknown> {
  readonly name: string;
  readonly kind: Kind;
  /** Rough scalar operations per element of the result; decides what is worth computing twice. */
  readonly cost: number;
  /** Never shared: inputs, parameters, state, holes. */
  readonly unique: boolean;
  infer(inputs: readonly Node[], attrs: A, graph: Graph): Typed;
  /** The tangent of the result, given those of the inputs; null is zero. Where it is missing it is derived from `vjp`. */
  jvp?(node: Node<A>, tangents: readonly (Node | null)[]): Node | null;
  /** The cotangent of input `i`, given that of the result; null is zero. Where it is missing it is derived from `jvp`. */
  vjp?(node: Node<A>, cotangent: Node, i: number): Node | null;
  lower?(k: Lowering<A>): Expr;
  /** Only for scatter: where in the result the element of the last input goes; `lower` then gives the value that is added there. */
  target?(k: Lowering<A>): readonly Index[];
  /** Only for procedures: the statements, over the buffers of the inputs and then the result. */
  procedure?(p: Procedure, node: Node<A>): void;
  /** Only for composites: the definition in other ops. */
  define?(inputs: readonly Node[], attrs: A): Node;
  /** Only for recurrences, scatters and procedures: the same by ops each of whose elements is computed on its own. */
  unordered?(node: Node<A>): Node;
  /** A simpler node of the same value, whose inputs are already simple, or null. Same bits, except where the op's file says. */
  simplify?(node: Node<A>): Node | null;
  /** A node of the same value that is accurate where this one overflows or cancels, or null. */
  stabilise?(node: Node<A>): Node | null;
  /** The same for `user`, a node with the input `node` of this op, where the user's op cannot know this one: log, of a softmax. */
  stabiliseUse?(user: Node, node: Node<A>): Node | null;
  /** Kernels by name of backend; `host` is for every backend whose memory is typed arrays of this process. */
  readonly kernels?: Readonly<Record<string, HostKernel<A>>> | undefined;
}
