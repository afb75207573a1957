import {
  add,
  broadcastTo,
  type Condition,
  cast,
  DtypeError,
  type Expr,
  general,
  graphOf,
  type Index,
  isFloat,
  isInteger,
  type Lowering,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  type Operand,
  type OpFunction,
  optionsOf,
  type Shape,
  ShapeError,
  sameDim,
  sameDtype,
  showShape,
  withOp,
  zerosLike,
} from '@tapegrad/core';
import { sliceAt } from './slice.js';

interface AxisAttrs {
  readonly axis: number;
}

interface ReadAttrs extends AxisAttrs {
  /** What a position out of range reads: NaN or 0. Derivatives read 0 there, as nothing depends on what is not. */
  readonly outside: number;
}

interface ScatterAttrs extends AxisAttrs {
  /** The shape of the result. */
  readonly shape: Shape;
}

interface AxisOption {
  /** Negative ones count from the back; 0 unless said. */
  readonly axis?: number;
}

/** A position read from an index: clamped, so that memory is safe whatever it says, and whether it was in range. */
function bounded(k: Lowering, value: Expr, extent: number): { readonly at: Index; readonly inside: Expr } {
  const zero = value.constant(0);
  const last = value.constant(Math.max(extent - 1, 0));
  return { at: k.indexFrom(value.max(zero).min(last), extent), inside: value.ge(zero).and(value.le(last)) };
}

/** Reads input 0 where input 1, read at `indexAt`, says; `place` puts that position among the others. */
function lowerRead(k: Lowering<ReadAttrs>, indexAt: readonly Index[], place: (at: Index) => readonly Index[]): Expr {
  const extent = k.shapeOf(0)[k.attrs.axis]!;
  const outside = k.constant(k.attrs.outside);
  if (extent === 0) return outside;
  const { at, inside } = bounded(k, k.load(1, indexAt), extent);
  return inside.select(k.load(0, place(at)), outside);
}

/** The value that input 1 adds: nothing where input 0, read at `indexAt`, is out of range. */
function lowerWrite(k: Lowering<ScatterAttrs>, indexAt: readonly Index[]): Expr {
  const value = k.load(1, k.at);
  return bounded(k, k.load(0, indexAt), extentOf(k)).inside.select(value, value.constant(0));
}

function extentOf(k: Lowering<ScatterAttrs>): number {
  return k.attrs.shape[k.attrs.axis] as number;
}

/** Writing needs a cell to clamp to. */
function checkRoom(op: string, [index]: readonly Node[], { axis, shape }: ScatterAttrs): void {
  if (shape[axis] !== 0 || index!.shape.includes(0)) return;
  throw new ShapeError(`${op}: axis ${axis} of ${showShape(shape)} has no elements to add to.`, { op });
}

const gatherForm: OpFunction<ReadAttrs> = general<ReadAttrs>('gather', {
  kind: 'guarded',
  cost: 4,
  dtype: ([x]) => x!.dtype,
  shape: ([x, index], { axis }) => {
    checkIndex('gather', x!.shape, index!.shape, axis);
    return index!.shape;
  },
  jvp: ({ inputs: [, index], attrs: { axis } }, [dx]) => (dx ? gatherForm(dx, index!, { axis, outside: 0 }) : null),
  vjp: ({ inputs: [x, index], attrs: { axis } }, g, i) => (i === 0 ? scatterTo(index!, g, x!, axis) : null),
  lower: (k) => lowerRead(k, k.at, (at) => k.at.with(k.attrs.axis, at)),
});

/** Throws unless the axes of an index are no longer than those of a shape, but for one. */
function checkIndex(op: string, shape: Shape, index: Shape, axis: number): void {
  if (shape.length === index.length && index.every((size, i) => i === axis || reaches(shape[i]!, size))) return;
  throw new ShapeError(
    `${op}: index ${showShape(index)} does not fit ${showShape(shape)}: beside axis ${axis}, its axes must not be longer.`,
    { op },
  );
}

/** Is an axis at least this long, as far as can be known? */
function reaches(room: Shape[number], size: Shape[number]): boolean {
  return typeof room === 'number' && typeof size === 'number' ? size <= room : sameDim(room, size);
}

const scatterForm = linear<ScatterAttrs>('scatter', {
  kind: 'scatter',
  cost: 4,
  dtype: ([, source]) => source!.dtype,
  shape: (inputs, attrs) => {
    checkRoom('scatterAdd', inputs, attrs);
    return attrs.shape;
  },
  adjoint: ({ inputs: [index], attrs: { axis } }, g, i) => (i === 1 ? gatherForm(g, index!, { axis, outside: 0 }) : null),
  lower: (k) => lowerWrite(k, k.at),
  target: (k) => k.at.with(k.attrs.axis, bounded(k, k.load(0, k.at), extentOf(k)).at),
  unordered: ({ inputs: [index, source], attrs }) => collectScattered(index!, source!, attrs),
});

/** The scatter as a sum, for each element of the result, over all that may be added to it: as many times slower as the axis is long. */
const collectScattered = general<ScatterAttrs>('scatter by search', {
  kind: 'reduction',
  cost: 4,
  dtype: ([, source]) => source!.dtype,
  shape: (_inputs, { shape }) => shape,
  lower: (k) => {
    const { axis } = k.attrs;
    const size = k.shapeOf(0);
    const conditions = size.flatMap((n, i): Condition[] => (i === axis ? [] : [[k.at[i]!, 0, n]]));
    return k.reduce('sum', [size[axis]!], (position) => {
      const at = k.at.with(axis, position);
      return k.guard(conditions, () => chosen(k, k.load(0, at), k.load(1, at)), 0);
    });
  },
});

/** A value where an index says that it goes to the present place along the axis, else 0. */
function chosen(k: Lowering<ScatterAttrs>, index: Expr, value: Expr): Expr {
  return index.eq(k.index(k.at[k.attrs.axis]!)).select(value, value.constant(0));
}

const takeForm: OpFunction<ReadAttrs> = general<ReadAttrs>('take', {
  kind: 'guarded',
  cost: 4,
  dtype: ([x]) => x!.dtype,
  shape: ([x, index], { axis }) => x!.shape.toSpliced(axis, 1, ...index!.shape),
  jvp: ({ inputs: [, index], attrs: { axis } }, [dx]) => (dx ? takeForm(dx, index!, { axis, outside: 0 }) : null),
  vjp: ({ inputs: [x, index], attrs: { axis } }, g, i) => (i === 0 ? putTo(index!, g, x!, axis) : null),
  lower: (k) => {
    const { axis } = k.attrs;
    const rank = k.shapeOf(1).length;
    return lowerRead(k, k.at.slice(axis, axis + rank), (at) => k.at.toSpliced(axis, rank, at));
  },
});

const putForm = linear<ScatterAttrs>('put', {
  kind: 'scatter',
  cost: 4,
  dtype: ([, source]) => source!.dtype,
  shape: (inputs, attrs) => {
    checkRoom('put', inputs, attrs);
    return attrs.shape;
  },
  adjoint: ({ inputs: [index], attrs: { axis } }, g, i) => (i === 1 ? takeForm(g, index!, { axis, outside: 0 }) : null),
  lower: (k) => lowerWrite(k, slicesAt(k)),
  target: (k) => {
    const { axis } = k.attrs;
    return k.at.toSpliced(axis, k.shapeOf(0).length, bounded(k, k.load(0, slicesAt(k)), extentOf(k)).at);
  },
  unordered: ({ inputs: [index, source], attrs }) => collectPut(index!, source!, attrs),
});

/** As `collectScattered`, for whole slices. */
const collectPut = general<ScatterAttrs>('put by search', {
  kind: 'reduction',
  cost: 4,
  dtype: ([, source]) => source!.dtype,
  shape: (_inputs, { shape }) => shape,
  lower: (k) =>
    k.reduce('sum', k.shapeOf(0), (...position) => {
      const at = k.at.toSpliced(k.attrs.axis, 1, ...position);
      return chosen(k, k.load(0, position), k.load(1, at));
    }),
});

/** The index of a put's own index. */
function slicesAt(k: Lowering<ScatterAttrs>): readonly Index[] {
  return k.at.slice(k.attrs.axis, k.attrs.axis + k.shapeOf(0).length);
}

/** A read by the user, out of whose range is NaN where the dtype has it. */
function read(form: OpFunction<ReadAttrs>, x: Operand, index: Operand, axis: number): Node {
  const { name } = form.op;
  const node = nodeOf(x, graphOf(name, [x, index]));
  const at = normaliseAxis(name, axis, node.shape.length);
  return form(node, indexOf(name, index, node), { axis: at, outside: isFloat(node.dtype) ? NaN : 0 });
}

/** The elements of `g` added, by index, into zeros like `x`. */
function scatterTo(index: Node, g: Node, x: Node, axis: number): Node {
  return x.shape[axis] === 0 ? zerosLike(x) : scatterForm(index, g, { axis, shape: x.shape });
}

/** The slices of `g` added, by index, into zeros like `x`. */
function putTo(index: Node, g: Node, x: Node, axis: number): Node {
  return x.shape[axis] === 0 ? zerosLike(x) : putForm(index, g, { axis, shape: x.shape });
}

function indexOf(op: string, index: Operand, x: Node): Node {
  const node = nodeOf(index, x.graph, index instanceof Object && 'dtype' in index ? undefined : 'int32');
  if (isInteger(node.dtype)) return cast(node, 'int32');
  throw new DtypeError(`${op}: the index is ${node.dtype}; it must be int32. Cast it: cast(index, 'int32').`, { op });
}

/**
 * Element by element, `x` at the positions along `axis` that `index` (int32) gives: y[i][j] = x[index[i][j]][j] for axis 0. The result has the
 * shape of the index, whose other axes are no longer than those of `x`. A position out of range gives NaN, 0 for integers; negative ones do
 * not wrap. Throws `ShapeError` where the shapes do not fit, `DtypeError` for an index of another dtype.
 *
 * @formula y[i, j] = x[index[i, j], j], for axis 0
 * @derivative x̄[k, j] = Σ ȳ[i, j] over the i with index[i, j] = k
 * @example
 * const chosen = gather(values, actions, { axis: 1 }); // [32, 4] by [32, 1] gives [32, 1]
 */
export const gather = withOp(gatherForm, (x: Operand, index: Operand, options?: AxisOption): Node => {
  const { axis } = optionsOf('gather', options, { axis: 0 });
  return read(gatherForm, x, index, axis);
});

/**
 * `x` with the elements of `source` added at the positions along `axis` that `index` (int32) gives: y[index[i][j]][j] += source[i][j] for
 * axis 0, always in the same order, so that equal runs give equal bits. A position out of range is dropped; negative ones do not wrap. The
 * source is broadcast to the shape of the index, or its first elements are taken. Throws `ShapeError` where shapes do not fit, `DtypeError`
 * for an index of another dtype.
 *
 * @formula y[k, j] = x[k, j] + Σ source[i, j] over the i with index[i, j] = k, for axis 0
 * @derivative x̄ = ȳ, s̄ource[i, j] = ȳ[index[i, j], j]
 * @example
 * const histogram = scatterAdd(zeros, bins, 1); // zeros [10], bins [1000]
 */
export const scatterAdd = withOp(scatterForm, (x: Operand, index: Operand, source: Operand, options?: AxisOption): Node => {
  const { axis } = optionsOf('scatterAdd', options, { axis: 0 });
  const [base, given] = sameDtype('scatterAdd', [x, source]) as [Node, Node];
  const positions = indexOf('scatterAdd', index, base);
  const at = normaliseAxis('scatterAdd', axis, base.shape.length);
  checkIndex('scatterAdd', base.shape, positions.shape, at);
  return add(base, scatterTo(positions, fitted(given, positions.shape), base, at));
});

/** The source in the shape of the index. */
function fitted(source: Node, shape: Shape): Node {
  const longer = source.shape.length === shape.length && source.shape.every((size, i) => reaches(size, shape[i]!));
  if (!longer) return broadcastTo(source, shape);
  return sliceAt(source, { start: shape.map(() => 0), step: shape.map(() => 1), size: shape });
}

/**
 * Whole slices of `x` along `axis`, in the order and shape of `index` (int32): the rows of an embedding. The axes of the index stand in the
 * place of `axis`. A position out of range gives NaN, 0 for integers; negative ones do not wrap. Throws `DtypeError` for an index of another
 * dtype.
 *
 * @formula y[…, i, …] = x[…, index[i], …]
 * @derivative x̄[…, k, …] = Σ ȳ[…, i, …] over the i with index[i] = k
 * @example
 * const vectors = take(embedding, tokens); // [5000, 64] by [32, 20] gives [32, 20, 64]
 */
export const take = withOp(takeForm, (x: Operand, index: Operand, options?: AxisOption): Node => {
  const { axis } = optionsOf('take', options, { axis: 0 });
  return read(takeForm, x, index, axis);
});
