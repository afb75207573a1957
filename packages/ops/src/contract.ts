import {
  cast,
  type Dim,
  type Index,
  mul,
  multilinear,
  type Node,
  normaliseAxis,
  type Op,
  type Operand,
  optionsOf,
  quoteDim,
  reshapeTo,
  type Shape,
  ShapeError,
  sameDim,
  sameDtype,
  showShape,
  withOp,
} from '@tapegrad/core';
import { transpose } from './transpose.js';

/** An axis of the first operand and the axis of the second that it meets. */
export type AxisPair = readonly [first: number, second: number];

/** Which axes of its operands {@link contract} pairs. */
export interface ContractOptions {
  /** Pairs that run together, and stay: the leading axes of the result. */
  readonly batch?: readonly AxisPair[];
  /** Pairs that are multiplied and summed. */
  readonly contracted?: readonly AxisPair[];
}

type Attrs = Required<ContractOptions>;

/** The axes of one operand in these pairs. */
function sideOf(pairs: readonly AxisPair[], side: 0 | 1): number[] {
  return pairs.map((pair) => pair[side]);
}

/** The axes of one operand that no pair names, ascending. */
function freeAxes(rank: number, { batch, contracted }: Attrs, side: 0 | 1): number[] {
  const paired = new Set(sideOf([...batch, ...contracted], side));
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !paired.has(axis));
}

function sizesAt(x: Node, axes: readonly number[]): Dim[] {
  return axes.map((axis) => x.shape[axis]!);
}

/** Puts each index where its axis is: the inverse of reading a list of axes off an operand. */
function scatterAxes<T>(groups: readonly (readonly [axes: readonly number[], values: readonly T[]])[]): T[] {
  const placed: T[] = [];
  for (const [axes, values] of groups) for (const [i, axis] of axes.entries()) placed[axis] = values[i]!;
  return placed;
}

const contractOp: Op<Attrs> = multilinear<Attrs>('contract', {
  kind: 'contraction',
  cost: 100,
  shape: ([a, b], attrs) => [
    ...sizesAt(a!, sideOf(attrs.batch, 0)),
    ...sizesAt(a!, freeAxes(a!.shape.length, attrs, 0)),
    ...sizesAt(b!, freeAxes(b!.shape.length, attrs, 1)),
  ],
  adjoint: (node, g, i) => (i === 0 ? firstAdjoint(node, g) : secondAdjoint(node, g)),
  lower: (k) => {
    const { batch, contracted } = k.attrs;
    const freeA = freeAxes(k.shapeOf(0).length, k.attrs, 0);
    const freeB = freeAxes(k.shapeOf(1).length, k.attrs, 1);
    const shared = k.at.slice(0, batch.length);
    const ofA = k.at.slice(batch.length, batch.length + freeA.length);
    const ofB = k.at.slice(batch.length + freeA.length);
    const extents = contracted.map(([axis]) => k.shapeOf(0)[axis]!);
    const at = (side: 0 | 1, free: readonly number[], own: readonly Index[], inner: readonly Index[]): Index[] =>
      scatterAxes([
        [sideOf(batch, side), shared],
        [free, own],
        [sideOf(contracted, side), inner],
      ]);
    return k.reduce('sum', extents, (...inner) => k.load(0, at(0, freeA, ofA, inner)).mul(k.load(1, at(1, freeB, ofB, inner))));
  },
}).op;

/** `ā = ȳ·b`: the second's free axes are contracted, so that the first's contracted ones are what is left free of `b`. */
function firstAdjoint({ inputs, attrs }: Node<Attrs>, g: Node): Node {
  const [a, b] = inputs as [Node, Node];
  const freeA = freeAxes(a.shape.length, attrs, 0);
  const freeB = freeAxes(b.shape.length, attrs, 1);
  const lead = attrs.batch.length + freeA.length;
  const y = product(g, b, {
    batch: attrs.batch.map(([, axis], i) => [i, axis]),
    contracted: freeB.map((axis, i) => [lead + i, axis]),
  });
  const inner = sideOf(
    attrs.contracted.toSorted((p, q) => p[1] - q[1]),
    0,
  );
  return backInto(y, [...sideOf(attrs.batch, 0), ...freeA, ...inner]);
}

/** `b̄ = a·ȳ`, likewise. */
function secondAdjoint({ inputs, attrs }: Node<Attrs>, g: Node): Node {
  const [a, b] = inputs as [Node, Node];
  const freeA = freeAxes(a.shape.length, attrs, 0);
  const freeB = freeAxes(b.shape.length, attrs, 1);
  const lead = attrs.batch.length;
  const y = product(a, g, {
    batch: attrs.batch.map(([axis], i) => [axis, i]),
    contracted: freeA.map((axis, i) => [axis, lead + i]),
  });
  const inner = sideOf(
    attrs.contracted.toSorted((p, q) => p[0] - q[0]),
    1,
  );
  return backInto(y, [...sideOf(attrs.batch, 1), ...inner, ...freeB]);
}

/** Orders axes so that axis i of `y` becomes axis `axes[i]`. */
export function backInto(y: Node, axes: readonly number[]): Node {
  return transpose(
    y,
    axes.map((_, axis) => axes.indexOf(axis)),
  );
}

/** The contraction of two nodes of one dtype; without an axis to sum it is a plain product, which fuses with its neighbours. */
function product(a: Node, b: Node, attrs: Attrs): Node {
  if (attrs.contracted.length > 0) return a.graph.append(contractOp, [a, b], attrs) as Node;
  const freeA = freeAxes(a.shape.length, attrs, 0);
  const freeB = freeAxes(b.shape.length, attrs, 1);
  const batchB = sideOf(attrs.batch, 1);
  const ones = (axes: readonly number[]): number[] => axes.map(() => 1);
  const first = transpose(a, [...sideOf(attrs.batch, 0), ...freeA]);
  const second = transpose(b, [...batchB, ...freeB]);
  return mul(
    reshapeTo(first, [...first.shape, ...ones(freeB)]),
    reshapeTo(second, [...sizesAt(b, batchB), ...ones(freeA), ...sizesAt(b, freeB)]),
  );
}

/** The operands of a product in one dtype; bools count as 0 and 1. */
export function factors(name: string, operands: readonly Operand[]): Node[] {
  return sameDtype(name, operands).map((x) => (x.dtype === 'bool' ? cast(x, 'int32') : x));
}

function normalisePairs(a: Node, b: Node, pairs: readonly AxisPair[]): AxisPair[] {
  return pairs.map(([first, second]) => {
    const pair: AxisPair = [normaliseAxis('contract', first, a.shape.length), normaliseAxis('contract', second, b.shape.length)];
    const [m, n] = [a.shape[pair[0]]!, b.shape[pair[1]]!];
    if (sameDim(m, n)) return pair;
    throw new ShapeError(
      `contract: axis ${first} of ${showShape(a.shape)} meets axis ${second} of ${showShape(b.shape)}, but ${quoteDim(m)} and ${quoteDim(n)} differ.`,
      { op: 'contract' },
    );
  });
}

function checkOnce(shape: Shape, axes: readonly number[]): void {
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  if (twice === undefined) return;
  throw new ShapeError(`contract: axis ${twice} of ${showShape(shape)} is in two pairs; an axis is batch, contracted or free.`, {
    op: 'contract',
  });
}

/**
 * The one product: pairs of axes run together (`batch`) or are multiplied and summed (`contracted`); every other axis is free. The axes
 * of the result are the batch axes, the free axes of `a`, then the free axes of `b`. Dims may be names. Its adjoints are contractions
 * with the roles of the axes permuted, so it is closed to any order. For authors of ops; matmul, linear and einsum are made of it.
 *
 * Dtypes promote; bools count as 0 and 1. Float32 products may be summed in float64.
 * Throws `ShapeError` where paired axes differ in size, or an axis is in two pairs.
 *
 * @formula y[b, m, n] = Σₖ x[b, m, k] · w[b, n, k]; b: batch axes, k: contracted axes, m and n: the others, free
 * @derivative x̄[b, m, k] = Σₙ ȳ[b, m, n] · w[b, n, k], w̄[b, n, k] = Σₘ ȳ[b, m, n] · x[b, m, k]
 * @example
 * const y = contract(x, w, { contracted: [[-1, 0]] }); // [32, 128, 64] with [64, 256] gives [32, 128, 256]
 */
export const contract = withOp(contractOp, (a: Operand, b: Operand, options?: ContractOptions): Node => {
  const { batch, contracted } = optionsOf('contract', options, { batch: [], contracted: [] });
  const [x, y] = factors('contract', [a, b]) as [Node, Node];
  const attrs = { batch: normalisePairs(x, y, batch), contracted: normalisePairs(x, y, contracted) };
  const pairs = [...attrs.batch, ...attrs.contracted];
  checkOnce(
    x.shape,
    pairs.map(([axis]) => axis),
  );
  checkOnce(
    y.shape,
    pairs.map(([, axis]) => axis),
  );
  return product(x, y, attrs);
});
