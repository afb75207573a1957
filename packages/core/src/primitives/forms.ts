/**
 * The forms that an op takes, and the five ops that the forms themselves are written in: a tangent is made of add, mul, broadcastTo,
 * reshape and sum, so none of them can stand apart.
 */
import { ShapeError } from '../errors.js';
import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { HostKernel, Kind, Lowering, Op } from '../graph/op.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';
import { asPublic } from '../graph/public-call.js';
import type { Expr } from '../loops/expression.js';
import { flatten, Index, unflatten } from '../loops/indices.js';
import { type Dim, type DimLike, sameDim } from '../tensor/dim.js';
import { type DType, isFloat, promote } from '../tensor/dtype.js';
import { broadcastShapes, countOf, normaliseAxes, type Shape, sameShape, showShape, sizeOf, toShape } from '../tensor/shape.js';

/** A free op: its operands, then its attrs. `op` is what its nodes do. */
export type OpFunction<A> = ((...args: [...operands: Operand[], attrs: A]) => Node) & { readonly op: Op<A> };
/** A free op on the elements of one operand. `op` is what its nodes do. */
export type Unary = ((x: Operand) => Node) & { readonly op: Op<undefined> };
/** A free op on the elements of two operands, which broadcast and promote. `op` is what its nodes do. */
export type Binary = ((x: Operand, y: Operand) => Node) & { readonly op: Op<undefined> };

type TypeRule<A> = (inputs: readonly Node[], attrs: A) => DType;
/** The derivative of a result by one operand, from the result and the operands; null where it is 0. */
export type PartialRule = ((y: Node, ...inputs: Node[]) => Node) | null;

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

function shaped<A>(name: string, kind: Kind, rules: ShapedRules<A>): Op<A> {
  const { shape, lower, target, procedure } = rules;
  const dtype = rules.dtype ?? ((inputs) => promoted(name, inputs));
  return {
    ...common(name, rules),
    kind: lower || procedure ? (rules.kind ?? kind) : 'custom',
    infer: (inputs, attrs) => ({ shape: shape(inputs, attrs), dtype: dtype(inputs, attrs) }),
    ...(lower && { lower }),
    ...(target && { target }),
    ...(procedure && { procedure }),
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
function applying<A>(op: Op<A>): OpFunction<A> {
  const apply = (...args: [...Operand[], A]): Node => {
    const operands = args.slice(0, -1) as Operand[];
    return graphOf(op.name, operands).append(op, nodesOf(op.name, operands), args.at(-1) as A) as Node;
  };
  return withOp(op, apply);
}

/**
 * Makes the function that people call for an op: it carries the op, for tables, targets and tools, and knows the user's place.
 *
 * @example
 * const doubled = withOp(mul.op, (number: Operand): Node => mul(number, 2));
 */
/* @__NO_SIDE_EFFECTS__ */
export function withOp<P extends readonly unknown[], A>(
  op: Op<A>,
  call: (...args: P) => Node,
): ((...args: P) => Node) & { readonly op: Op<A> } {
  return Object.assign(asPublic(op.name, call), { op });
}

/**
 * The sum of those that are there; null where none is.
 *
 * @example
 * console.log(total([null, x, null]) === x); // true
 */
export function total(parts: readonly (Node | null)[]): Node | null {
  return parts.reduce((a, b) => (a && b ? add(a, b) : (a ?? b)), null);
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

interface Pointwise extends CommonRules<undefined> {
  readonly partials: readonly PartialRule[];
  readonly lower?: (...inputs: Expr[]) => Expr;
}

/** An op on one element of each input at a time; the inputs have one shape. Its partials are built only for inputs that vary. */
function pointwise(name: string, rules: Pointwise): Op<undefined> {
  const partial = (node: Node, i: number): Node | null => rules.partials[i]?.(node, ...node.inputs) ?? null;
  const scaled = (g: Node, by: Node | null): Node | null => (by ? mul(g, by) : null);
  const { lower } = rules;
  return {
    ...common(name, rules),
    kind: lower ? 'pointwise' : 'custom',
    infer: (inputs, attrs) => ({ shape: inputs[0]!.shape, dtype: rules.dtype?.(inputs, attrs) ?? promoted(name, inputs) }),
    jvp: (node, tangents) => total(tangents.map((t, i) => (t ? scaled(t, partial(node as Node, i)) : null))),
    vjp: (node, g, i) => scaled(g, partial(node as Node, i)),
    ...(lower && { lower: (k) => lower(...k.node.inputs.map((_, i) => k.load(i, k.at))) }),
  };
}

/**
 * An op on each element of one input.
 *
 * @example
 * const sin = unary('sin', { partial: (_y, x) => cos(x), lower: (x) => x.sin() });
 */
/* @__NO_SIDE_EFFECTS__ */
export function unary(
  name: string,
  { partial, ...rules }: { partial: ((y: Node, x: Node) => Node) | null; lower?: (x: Expr) => Expr } & CommonRules<undefined>,
): Unary {
  const op = pointwise(name, { ...rules, partials: [partial as PartialRule] });
  return withOp(op, (x: Operand) => {
    const graph = graphOf(name, [x]);
    return graph.append(op, [nodeOf(x, graph)], undefined) as Node;
  });
}

/**
 * An op on the elements of two inputs, which are broadcast and promoted first.
 *
 * @example
 * const difference = binary('difference', { partials: [(z) => onesLike(z), (z) => neg(onesLike(z))], lower: (a, b) => a.sub(b) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function binary(
  name: string,
  rules: { partials: readonly [PartialRule, PartialRule]; lower?: (x: Expr, y: Expr) => Expr } & CommonRules<undefined>,
): Binary {
  const op = pointwise(name, rules as unknown as Pointwise);
  return withOp(op, (x: Operand, y: Operand) => {
    const [a, b] = meet(name, [x, y]) as [Node, Node];
    return a.graph.append(op, [a, b], undefined) as Node;
  });
}

/**
 * An op that is linear in all its float inputs together; its tangent map is itself. A missing tangent is a constant 0, which costs nothing.
 *
 * @example
 * const same = linear('same', { shape: ([v]) => v!.shape, adjoint: (_node, g) => g, lower: (k) => k.load(0, k.at) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function linear<A>(
  name: string,
  rules: ShapedRules<A> & { adjoint: (node: Node<A>, g: Node, i: number) => Node | null },
): OpFunction<A> {
  return applying<A>({
    ...shaped(name, 'view', { cost: 0, ...rules }),
    jvp: (node, tangents) => {
      const inputs = node.inputs.map((x, i) => tangents[i] ?? (differentiable(x) ? zerosLike(x) : x));
      return node.graph.append(node.op, inputs, node.attrs) as Node;
    },
    vjp: rules.adjoint,
  });
}

/**
 * An op that is linear in each float input apart (a product); the product rule follows.
 *
 * @example
 * const times = multilinear('times', {
 *   kind: 'pointwise',
 *   shape: ([v]) => v!.shape,
 *   adjoint: (node, g, i) => mul(g, node.inputs[1 - i]!),
 *   lower: (k) => k.load(0, k.at).mul(k.load(1, k.at)),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function multilinear<A>(
  name: string,
  rules: ShapedRules<A> & { adjoint: (node: Node<A>, g: Node, i: number) => Node | null },
): OpFunction<A> {
  return applying<A>({
    ...shaped(name, 'contraction', rules),
    jvp: (node, tangents) =>
      total(tangents.map((t, i) => t && (node.graph.append(node.op, node.inputs.with(i, t), node.attrs) as Node))),
    vjp: rules.adjoint,
  });
}

/**
 * Any other op: it states jvp or vjp (the other is derived by transposing), both, or neither where nothing can be differentiated.
 *
 * @example
 * const heaviside = general('heaviside', { shape: ([v]) => v!.shape, lower: (k) => k.load(0, k.at).sign().max(k.constant(0)) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function general<A>(name: string, rules: ShapedRules<A> & { jvp?: Op<A>['jvp']; vjp?: Op<A>['vjp'] }): OpFunction<A> {
  const { jvp, vjp } = rules;
  return applying<A>({ ...shaped(name, 'pointwise', rules), ...(jvp && { jvp }), ...(vjp && { vjp }) });
}

/**
 * The operands as nodes of one graph, dtype and shape: promoted and broadcast; numbers, in arrays too, take the dtype of the others.
 *
 * @example
 * const [a, b] = meet('add', [x, 1]);
 * console.log(showShape(b!.shape)); // [4, 4]
 */
export function meet(name: string, operands: readonly Operand[]): Node[] {
  const nodes = sameDtype(name, operands);
  const shape = nodes.map((x) => x.shape).reduce((a, b) => broadcastShapes(name, a, b));
  return nodes.map((x) => broadcastTo(x, shape));
}

/**
 * The operands as nodes of one graph and dtype.
 *
 * @example
 * const [a, b] = sameDtype('add', [graph.input('n', [2], 'bool'), x]);
 * console.log(a?.dtype, b?.dtype); // float32 float32
 */
export function sameDtype(name: string, operands: readonly Operand[]): Node[] {
  const graph = graphOf(name, operands);
  const plain = (x: Operand): boolean => typeof x === 'boolean' || isNumeric(x);
  const typed = operands.map((x) => (plain(x) ? null : nodeOf(x, graph)));
  const known = typed.filter((x) => x !== null);
  const dtype = known.length > 0 ? promoted(name, known) : graph.dtype;
  return operands.map((x, i) => cast(typed[i] ?? nodeOf(x, graph, dtype), dtype));
}

/** Numbers as people write them, which have no dtype of their own. */
function isNumeric(x: unknown): boolean {
  return Array.isArray(x) ? x.every(isNumeric) : typeof x === 'number';
}

/**
 * 0 at every index, of the node's shape and dtype.
 *
 * @formula y = 0
 * @derivative 0
 * @example
 * const none = zerosLike(x); // [2, 3] gives [2, 3]
 */
export function zerosLike(x: Node): Node {
  return x.graph.splat(0, x.shape, x.dtype);
}

/**
 * 1 at every index, of the node's shape and dtype.
 *
 * @formula y = 1
 * @derivative 0
 * @example
 * const all = onesLike(x); // [2, 3] gives [2, 3]
 */
export function onesLike(x: Node): Node {
  return x.graph.splat(1, x.shape, x.dtype);
}

const castOp: Op<{ dtype: DType }> = {
  name: 'cast',
  kind: 'pointwise',
  cost: 1,
  unique: false,
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  jvp: (node, [dx]) => (dx && differentiable(node as Node) ? cast(dx, node.attrs.dtype) : null),
  vjp: (node, g) => (differentiable(node.inputs[0]!) ? cast(g, node.inputs[0]!.dtype) : null),
  simplify: (node) => (node.inputs[0]!.dtype === node.dtype ? node.inputs[0]! : null),
  lower: (k) => k.load(0, k.at).cast(k.attrs.dtype),
};

/**
 * The elements in another dtype. Same shape out. Floats to integers truncate and saturate, NaN gives 0; integers to integers wrap;
 * anything to bool is `!= 0`. Between float dtypes the derivative passes; to and from integers and bool it is zero.
 *
 * @formula y = x in another dtype
 * @derivative 1 between floats, else 0
 * @example
 * const hits = sum(cast(eq(x, y), 'float32'));
 */
export const cast = withOp(castOp, (x: Operand, dtype: DType): Node => {
  const graph = graphOf('cast', [x]);
  const node = nodeOf(x, graph);
  if (node.dtype === dtype) return node;
  if (isConstant(node) && typeof node.attrs.value === 'number') return graph.splat(node.attrs.value, node.shape, dtype);
  return graph.append(castOp, [node], { dtype }) as Node;
});

const addOp = pointwise('add', { partials: [null, null], lower: (x, y) => x.add(y) });

/**
 * Sum of two, element by element. Shapes broadcast, dtypes promote; the sum of bools is their or.
 *
 * @formula z = x + y
 * @derivative ∂z/∂x = 1, ∂z/∂y = 1
 * @example
 * const z = add(x, y); // [2, 1] and [3] give [2, 3]
 */
export const add: Binary = withOp(
  { ...addOp, jvp: (_node, tangents) => total(tangents), vjp: (_node, g) => g } satisfies Op<undefined>,
  (x: Operand, y: Operand) => {
    const [a, b] = meet('add', [x, y]) as [Node, Node];
    return a.graph.append(add.op, [a, b], undefined) as Node;
  },
);

const mulOp = pointwise('mul', {
  partials: [(_z, _x, y) => y!, (_z, x) => x!],
  lower: (x, y) => x.mul(y),
  simplify: ({ inputs: [x, y] }) => (isConstant(x!, 1) ? y! : isConstant(y!, 1) ? x! : null),
});

/**
 * Product of two, element by element. Shapes broadcast, dtypes promote. A factor that is the constant 1 leaves the other as it is.
 *
 * @formula z = x · y
 * @derivative ∂z/∂x = y, ∂z/∂y = x
 * @example
 * const z = mul(x, y); // [2, 1] and [3] give [2, 3]
 */
export const mul: Binary = withOp(mulOp, (x: Operand, y: Operand) => {
  const [a, b] = meet('mul', [x, y]) as [Node, Node];
  if (isConstant(a, 1)) return b;
  if (isConstant(b, 1)) return a;
  return a.graph.append(mulOp, [a, b], undefined) as Node;
});

const broadcastOp: Op<{ shape: Shape }> = linear<{ shape: Shape }>('broadcastTo', {
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('broadcastTo', x!.shape, shape), shape)) {
      throw new ShapeError(
        `broadcastTo: ${showShape(x!.shape)} does not reach ${showShape(shape)}; only axes of size 1 stretch.`,
        { op: 'broadcastTo' },
      );
    }
    return shape;
  },
  adjoint: (node, g) => sumTo(g, node.inputs[0]!.shape),
  simplify: (node) => {
    const x = node.inputs[0]!;
    if (sameShape(x.shape, node.shape)) return x;
    return x.op === broadcastOp ? broadcastTo(x.inputs[0]!, node.shape) : null;
  },
  lower: (k) => {
    const from = k.shapeOf(0);
    const lead = k.at.length - from.length;
    return k.load(
      0,
      from.map((size, i) => (size === 1 ? Index.of(0) : k.at[i + lead]!)),
    );
  },
}).op;

/**
 * Stretches axes of size 1, and adds axes in front, as NumPy broadcasts; the shape may name dims. Throws `ShapeError` where `x` does not
 * reach it.
 *
 * @formula y at index i = x at i, with 0 for the axes of size 1 and without the added axes
 * @derivative x̄ = Σ ȳ over the axes that were stretched or added
 * @example
 * const rows = broadcastTo(bias, ['batch', 10]); // [10] gives [batch, 10]
 */
export const broadcastTo = withOp(broadcastOp, (x: Operand, shape: readonly DimLike[]): Node => {
  const graph = graphOf('broadcastTo', [x]);
  const node = nodeOf(x, graph);
  const target = toShape('broadcastTo', shape);
  if (sameShape(node.shape, target)) return node;
  if (isConstant(node) && sameShape(broadcastShapes('broadcastTo', node.shape, target), target))
    return graph.splat(node.attrs.value, target, node.dtype);
  return graph.append(broadcastOp, [node], { shape: target }) as Node;
});

/** The adjoint of broadcasting: sums the axes that were stretched or added. */
function sumTo(g: Node, shape: Shape): Node {
  const lead = g.shape.length - shape.length;
  const stretched = g.shape.flatMap((size, i) => (i < lead || (sameDim(shape[i - lead]!, 1) && !sameDim(size, 1)) ? [i] : []));
  return reshapeTo(sumOver(g, stretched), shape);
}

const reshapeOp: Op<{ shape: Shape }> = linear<{ shape: Shape }>('reshape', {
  shape: ([x], { shape }) => {
    if (!sameDim(sizeOf(x!.shape), sizeOf(shape))) {
      throw new ShapeError(
        `reshape: ${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${showShape(shape)} has ${sizeOf(shape)}.`,
        { op: 'reshape' },
      );
    }
    return shape;
  },
  adjoint: (node, g) => reshapeTo(g, node.inputs[0]!.shape),
  simplify: (node) => {
    const x = node.inputs[0]!;
    if (sameShape(x.shape, node.shape)) return x;
    return x.op === reshapeOp ? reshapeTo(x.inputs[0]!, node.shape) : null;
  },
  lower: (k) => k.load(0, unflatten(flatten(k.at, k.shape), k.shapeOf(0))),
}).op;

/**
 * The same elements in the same row-major order under another shape, which is given in full; the op `reshape` resolves -1 and names.
 *
 * @example
 * const row = reshapeTo(x, [1, 16]); // [4, 4] gives [1, 16]
 */
export const reshapeTo = withOp(reshapeOp, (x: Node, shape: Shape): Node => {
  if (sameShape(x.shape, shape)) return x;
  if (isConstant(x)) return x.graph.splat(x.attrs.value, shape, x.dtype);
  return x.graph.append(reshapeOp, [x], { shape }) as Node;
});

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

const sumOp: Op<{ axes: readonly number[] }> = linear<{ axes: readonly number[] }>('sum', {
  kind: 'reduction',
  cost: 1,
  dtype: ([x]) => (x!.dtype === 'bool' ? 'int32' : x!.dtype),
  shape: ([x], { axes }) => droppedShape(x!.shape, axes),
  adjoint: (node, g) => {
    const { shape } = node.inputs[0]!;
    return broadcastTo(reshapeTo(g, keptShape(shape, node.attrs.axes)), shape);
  },
  simplify: (node) => sumOfOnes(node) ?? sumOfConstant(node),
  lower: (k) => lowerReduction(k, 'sum', (x) => (x.dtype === 'bool' ? x.cast('int32') : x)),
}).op;

/** The sum over axes of size 1. */
function sumOfOnes(node: Node<{ axes: readonly number[] }>): Node | null {
  const x = node.inputs[0]!;
  const single = node.attrs.axes.every((axis) => x.shape[axis] === 1);
  return single && x.dtype === node.dtype ? reshapeTo(x, node.shape) : null;
}

/** The sum of one value over and over, where every partial sum is a whole number that float32 holds, so that the order is no matter. */
function sumOfConstant(node: Node<{ axes: readonly number[] }>): Node | null {
  const x = node.inputs[0]!;
  if (!isConstant(x) || typeof x.attrs.value !== 'number') return null;
  const total = x.attrs.value * countOf(node.attrs.axes.map((axis) => x.shape[axis]!));
  return Number.isInteger(x.attrs.value) && Math.abs(total) <= 2 ** 24
    ? node.graph.splat(total + 0, node.shape, node.dtype)
    : null;
}

function sumOver(x: Node, axes: readonly number[]): Node {
  return axes.length === 0 && x.dtype !== 'bool' ? x : (x.graph.append(sumOp, [x], { axes }) as Node);
}

/** Options of an op that reduces axes. */
export interface ReductionOptions {
  /** The axis or axes to reduce; negative ones count from the back; all of them unless said. */
  readonly axis?: number | readonly number[];
  /** Keeps the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

/**
 * Sum over axes. A float keeps its dtype, bool gives int32; the sum of no elements is 0.
 *
 * @formula y = Σᵢ xᵢ
 * @derivative ∂y/∂xᵢ = 1
 * @example
 * const rows = sum(x, { axis: -1, keepDims: true }); // [2, 3] gives [2, 1]
 */
export const sum = withOp(sumOp, (x: Operand, { axis, keepDims = false }: ReductionOptions = {}): Node => {
  const graph = graphOf('sum', [x]);
  const node = nodeOf(x, graph);
  const axes = normaliseAxes('sum', axis, node.shape.length);
  const y = sumOver(node, axes);
  return keepDims ? reshapeTo(y, keptShape(node.shape, axes)) : y;
});

/**
 * The number of elements of a node whose dims are all numbers.
 *
 * @example
 * console.log(elementsOf(graph.input('rows', [2, 3]))); // 6
 */
export function elementsOf(node: Node): number {
  return countOf(node.shape);
}
