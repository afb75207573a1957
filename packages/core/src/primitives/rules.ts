/** What the forms of an op and the ops themselves have in common: the rules that an op states, and how operands become inputs. */
import type { Node } from '../graph/node.js';
import type { HostKernel, Kind, Lowering, Op } from '../graph/op.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';
import { asPublic } from '../graph/public-call.js';
import type { Expr } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import type { Dim } from '../tensor/dim.js';
import { type DType, isFloat, promote } from '../tensor/dtype.js';
import { countOf, type Shape } from '../tensor/shape.js';

/** A free op: its operands, then its attrs. `op` is what its nodes do. */
export type OpFunction<A> = ((...args: [...operands: Operand[], attrs: A]) => Node) & { readonly op: Op<A> };

type TypeRule<A> = (inputs: readonly Node[], attrs: A) => DType;

/** What every form may state besides its derivative. */
export interface CommonRules<A> {
  readonly dtype?: TypeRule<A>;
  readonly cost?: number;
  readonly unique?: boolean;
  readonly simplify?: (node: Node<A>) => Node | null;
  readonly stabilise?: (node: Node<A>) => Node | null;
  readonly stabiliseUse?: (user: Node, node: Node<A>) => Node | null;
  readonly kernels?: Readonly<Record<string, HostKernel<A>>>;
}

/** What an op that is not pointwise states besides its derivative: the shape of its result, and how it is computed. */
export interface ShapedRules<A> extends CommonRules<A> {
  readonly kind?: Kind;
  readonly shape: (inputs: readonly Node[], attrs: A) => Shape;
  readonly lower?: (k: Lowering<A>) => Expr;
  readonly target?: Op<A>['target'];
  readonly procedure?: Op<A>['procedure'];
  readonly unordered?: Op<A>['unordered'];
}

/**
 * The dtype that all inputs promote to.
 *
 * @example
 * console.log(promoted('add', [graph.constant(true), x])); // float32
 */
export function promoted(name: string, inputs: readonly Node[]): DType {
  return inputs.map((x) => x.dtype).reduce((a, b) => promote(a, b, name));
}

/**
 * What every form states apart from its kind and type.
 *
 * @example
 * const { name, cost } = common('sinc', { cost: 20 });
 * console.log(name, cost); // sinc 20
 */
export function common<A>(name: string, rules: CommonRules<A>): Omit<Op<A>, 'kind' | 'infer'> {
  const { cost = 1, unique = false, simplify, stabilise, stabiliseUse, kernels } = rules;
  return {
    name,
    cost,
    unique,
    ...(simplify && { simplify }),
    ...(stabilise && { stabilise }),
    ...(stabiliseUse && { stabiliseUse }),
    ...(kernels && { kernels }),
  };
}

export function shaped<A>(name: string, kind: Kind, rules: ShapedRules<A>): Op<A> {
  const { shape, lower, target, procedure, unordered } = rules;
  const dtype = rules.dtype ?? ((inputs) => promoted(name, inputs));
  return {
    ...common(name, rules),
    kind: lower || procedure ? (rules.kind ?? kind) : 'custom',
    infer: (inputs, attrs) => ({ shape: shape(inputs, attrs), dtype: dtype(inputs, attrs) }),
    ...(lower && { lower }),
    ...(target && { target }),
    ...(procedure && { procedure }),
    ...(unordered && { unordered }),
  };
}

/**
 * Operands as they are, as nodes of one graph: numbers become constants of the first node's dtype.
 *
 * @example
 * const [a, b] = nodesOf('add', [x, 1]);
 * console.log(b?.dtype); // float32
 */
export function nodesOf(name: string, operands: readonly Operand[]): Node[] {
  const graph = graphOf(name, operands);
  const first = operands.find((x): x is Node => typeof x === 'object' && 'graph' in x);
  return operands.map((x) => nodeOf(x, graph, typeof x === 'number' ? first?.dtype : undefined));
}

/** A free function that appends `op` to its operands as they are. */
export function applying<A>(op: Op<A>): OpFunction<A> {
  const apply = (...args: [...Operand[], A]): Node => {
    const operands = args.slice(0, -1) as Operand[];
    return graphOf(op.name, operands).append(op, nodesOf(op.name, operands), args.at(-1) as A) as Node;
  };
  return withOp(op, apply);
}

/**
 * Makes the function that people call for an op: it carries the op, for tables, targets and tools, and knows the user's place. The op may
 * be given by a function that carries it: bundlers would keep what reads it from there, as reading a property might have an effect.
 *
 * @example
 * const doubled = withOp(mul.op, (number: Operand): Node => mul(number, 2));
 */
/* @__NO_SIDE_EFFECTS__ */
export function withOp<P extends readonly unknown[], A>(
  given: Op<A> | { readonly op: Op<A> },
  call: (...args: P) => Node,
): ((...args: P) => Node) & { readonly op: Op<A> } {
  const op = 'op' in given ? given.op : given;
  return Object.assign(asPublic(op.name, call), { op });
}

/**
 * Carries this node a derivative?
 *
 * @example
 * console.log(differentiable(x), differentiable(argmax(x))); // true false
 */
export function differentiable(node: Node): boolean {
  return isFloat(node.dtype);
}

/**
 * The shape with axes of size 1 in the place of `axes`.
 *
 * @example
 * console.log(keptShape([2, 3, 4], [1])); // [ 2, 1, 4 ]
 */
export function keptShape(shape: Shape, axes: readonly number[]): Dim[] {
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/**
 * The shape without `axes`.
 *
 * @example
 * console.log(droppedShape([2, 3, 4], [1])); // [ 2, 4 ]
 */
export function droppedShape(shape: Shape, axes: readonly number[]): Dim[] {
  return shape.filter((_, i) => !axes.includes(i));
}

/**
 * The input's index in a reduction, given the result's index and one index per reduced axis.
 *
 * @example
 * const [row, column] = spread([Index.of(1)], [1], [Index.of(2)], 2); // 1 stays, 2 runs along the reduced axis
 */
export function spread(at: readonly Index[], axes: readonly number[], reduced: readonly Index[], rank: number): Index[] {
  let outer = 0;
  let inner = 0;
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? reduced[inner++]! : at[outer++]!));
}

/**
 * An element of a reduction over `axes` of the first input.
 *
 * @example
 * const totalOver = linear<{ axes: readonly number[] }>('totalOver', {
 *   kind: 'reduction',
 *   shape: ([v], { axes }) => droppedShape(v!.shape, axes),
 *   adjoint: (node, g) => {
 *     const { shape } = node.inputs[0]!;
 *     return broadcastTo(reshapeTo(g, keptShape(shape, node.attrs.axes)), shape);
 *   },
 *   lower: (k) => lowerReduction(k, 'sum'),
 * });
 */
export function lowerReduction(
  k: Lowering<{ axes: readonly number[] }>,
  combine: 'sum' | 'product' | 'max' | 'min',
  body: (x: Expr) => Expr = (x) => x,
): Expr {
  const shape = k.shapeOf(0);
  const { axes } = k.attrs;
  return k.reduce(
    combine,
    axes.map((axis) => shape[axis]!),
    (...reduced) => body(k.load(0, spread(k.at, axes, reduced, shape.length))),
  );
}

/** Options of an op that reduces axes. */
export interface ReductionOptions {
  /** The axis or axes to reduce; negative ones count from the back; all of them unless said. */
  readonly axis?: number | readonly number[];
  /** Keeps the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

/**
 * The number of elements of a node whose dims are all numbers.
 *
 * @example
 * console.log(elementsOf(graph.input('rows', [2, 3]))); // 6
 */
export function elementsOf(node: Node): number {
  return countOf(node.shape);
}
