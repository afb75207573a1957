import {
  addDims,
  asPublic,
  type Dim,
  type DimLike,
  dim,
  divideExactly,
  type Expr,
  graphOf,
  type Lowering,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  type Operand,
  optionsOf,
  quoteDim,
  reshapeTo,
  ShapeError,
  sameDim,
  sameDtype,
  showShape,
  withOp,
} from '@tapegrad/core';
import { sliceAt } from './slice.js';

interface ConcatAttrs {
  readonly axis: number;
}

interface AxisOption {
  /** Negative ones count from the back; 0 unless said. */
  readonly axis?: number;
}

/** How many pieces one node joins: each element tests every piece, so longer lists are joined in a tree. */
const FAN_IN = 8;

/** Where each piece starts on the joined axis, and where the last ends. */
function boundaries<D extends Dim>(sizes: readonly D[], plus: (a: D, b: D) => D, zero: D): D[] {
  const all = [zero];
  for (const size of sizes) all.push(plus(all.at(-1)!, size));
  return all;
}

const joining = linear<ConcatAttrs>('concat', {
  kind: 'guarded',
  cost: 1,
  shape: (inputs, { axis }) => {
    const [first, ...rest] = inputs.map((x) => x.shape);
    for (const shape of rest) {
      const fits = shape.length === first!.length && shape.every((size, i) => i === axis || sameDim(size, first![i]!));
      if (fits) continue;
      throw new ShapeError(`concat: shapes ${showShape(first!)} and ${showShape(shape)} differ beside axis ${axis}.`, {
        op: 'concat',
      });
    }
    return first!.with(axis, inputs.map((x) => x.shape[axis]!).reduce(addDims));
  },
  adjoint: ({ inputs, attrs: { axis } }, g, i) => {
    const starts = boundaries<Dim>(
      inputs.map((x) => x.shape[axis]!),
      addDims,
      0,
    );
    const { shape } = inputs[i]!;
    return sliceAt(g, { start: shape.map((_, at) => (at === axis ? starts[i]! : 0)), step: shape.map(() => 1), size: shape });
  },
  lower: (k) => lowerPieces(k),
});

/** The first piece that ends after the index; each piece is read only where it is. */
function lowerPieces(k: Lowering<ConcatAttrs>): Expr {
  const { axis } = k.attrs;
  const sizes = k.node.inputs.map((_, i) => k.shapeOf(i)[axis]!);
  const starts = boundaries(sizes, (a, b) => a + b, 0);
  const along = k.at[axis]!;
  const piece = (i: number): Expr => {
    const at = along.plus(-starts[i]!);
    return k.guard([[at, 0, sizes[i]!]], () => k.load(i, k.at.with(axis, at)), 0);
  };
  const position = k.index(along);
  return sizes
    .map((_, i) => piece(i))
    .reduceRight((after, here, i) => position.lt(k.constant(starts[i + 1]!, 'int32')).select(here, after));
}

function join(nodes: readonly Node[], axis: number): Node {
  if (nodes.length === 1) return nodes[0]!;
  if (nodes.length <= FAN_IN) return joining(...nodes, { axis });
  const size = Math.max(FAN_IN, Math.ceil(nodes.length / FAN_IN));
  const groups: Node[] = [];
  for (let i = 0; i < nodes.length; i += size) groups.push(join(nodes.slice(i, i + size), axis));
  return join(groups, axis);
}

function operandsOf(op: string, xs: readonly Operand[]): Node[] {
  if (xs.length === 0) throw new ShapeError(`${op}: an empty list; give at least one.`, { op });
  return sameDtype(op, xs);
}

/**
 * Joins along an axis that they have. Shapes agree beside that axis, whose sizes add; dtypes promote. Throws `ShapeError` where shapes
 * differ elsewhere, and for an empty list.
 *
 * @formula y = [x₁ x₂ … xₙ] along the axis
 * @derivative x̄ₖ = the part of ȳ that came from xₖ
 * @example
 * const both = concat([a, b], { axis: 1 }); // [2, 3] and [2, 5] give [2, 8]
 */
export const concat = withOp(joining, (xs: readonly Operand[], options?: AxisOption): Node => {
  const { axis } = optionsOf('concat', options, { axis: 0 });
  const nodes = operandsOf('concat', xs);
  return join(nodes, normaliseAxis('concat', axis, nodes[0]!.shape.length));
});

/**
 * Joins along a new axis, which is `axis` of the result. Shapes are equal, dtypes promote. Throws `ShapeError` where shapes differ, and for an
 * empty list.
 *
 * @formula yₖ = xₖ, k an index along a new axis
 * @derivative x̄ₖ = ȳₖ
 * @example
 * const rows = stack([a, b, c]); // three of [4] give [3, 4]
 */
export const stack = withOp(joining, (xs: readonly Operand[], options?: AxisOption): Node => {
  const { axis } = optionsOf('stack', options, { axis: 0 });
  const nodes = operandsOf('stack', xs);
  const { shape } = nodes[0]!;
  const other = nodes.find((x) => x.shape.length !== shape.length || x.shape.some((size, i) => !sameDim(size, shape[i]!)));
  if (other) throw new ShapeError(`stack: shapes ${showShape(shape)} and ${showShape(other.shape)} differ.`, { op: 'stack' });
  const at = normaliseAxis('stack', axis, shape.length + 1);
  return join(
    nodes.map((x) => reshapeTo(x, shape.toSpliced(at, 0, 1))),
    at,
  );
});

/** The sizes of the pieces: as given, or `parts` equal ones. */
function pieces(size: Dim, parts: number | readonly DimLike[], shape: string): Dim[] {
  const fail = (what: string): never => {
    throw new ShapeError(`split: ${what} ${quoteDim(size)} elements of ${shape}.`, { op: 'split' });
  };
  if (typeof parts === 'number') {
    const each = Number.isInteger(parts) && parts > 0 ? divideExactly(size, parts) : null;
    return each === null ? fail(`${parts} equal parts do not come from`) : Array<Dim>(parts).fill(each);
  }
  const sizes = parts.map(dim);
  return sameDim(sizes.reduce<Dim>(addDims, 0), size) ? sizes : fail(`sizes ${showShape(sizes)} do not add up to the`);
}

/**
 * Cuts an axis into pieces: of the sizes given, or into a number of equal ones. Gives a list. Throws `ShapeError` where the sizes do not add
 * up, or the axis does not divide.
 *
 * @formula [y₁ y₂ … yₙ] = x along the axis
 * @derivative x̄ = [ȳ₁ ȳ₂ … ȳₙ]
 * @example
 * const [gates, candidate] = split(x, [20, 10], { axis: 1 }); // [5, 30] gives [5, 20] and [5, 10]
 */
export const split = asPublic('split', (x: Operand, parts: number | readonly DimLike[], options?: AxisOption): Node[] => {
  const { axis } = optionsOf('split', options, { axis: 0 });
  const graph = graphOf('split', [x]);
  const node = nodeOf(x, graph);
  const at = normaliseAxis('split', axis, node.shape.length);
  const sizes = pieces(node.shape[at]!, parts, showShape(node.shape));
  const starts = boundaries<Dim>(sizes, addDims, 0);
  return sizes.map((size, i) =>
    sliceAt(node, {
      start: node.shape.map((_, j) => (j === at ? starts[i]! : 0)),
      step: node.shape.map(() => 1),
      size: node.shape.with(at, size),
    }),
  );
});
