import {
  type Dim,
  type Expr,
  type Index,
  multilinear,
  type Node,
  numberOf,
  type Op,
  type Operand,
  optionsOf,
  quoteDim,
  ShapeError,
  sameDim,
  showShape,
  withOp,
} from '@tapegrad/core';
import { factors } from './contract.js';
import { type Relation, tapsOf } from './taps.js';
import { transpose } from './transpose.js';

/** The relation of {@link convolve}'s indices, one number for each spatial axis. */
export interface ConvolveOptions {
  /** The relation of each spatial axis. */
  readonly relations: readonly Relation[];
  /** The size of the result along each spatial axis. */
  readonly sizes: readonly number[];
}

/** A relation with positive spacing: both sides may be negated. */
function upright({ stride, dilation, spacing, offset }: Relation): Relation {
  // Adding 0 makes a -0 a 0, so that equal relations are equal attrs.
  const sign = spacing < 0 ? -1 : 1;
  return { stride: sign * stride + 0, dilation: sign * dilation + 0, spacing: sign * spacing, offset: sign * offset + 0 };
}

function spatial(x: Node): number[] {
  return x.shape.slice(3).map((size) => numberOf(size, 'convolve'));
}

/** Exchanges an axis with the next. */
function swap(x: Node, axis: number): Node {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, axes.toSpliced(axis, 2, axis + 1, axis));
}

const convolveOp: Op<ConvolveOptions> = multilinear<ConvolveOptions>('convolve', {
  kind: 'contraction',
  cost: 100,
  shape: ([x, w], { sizes }) => [x!.shape[0]!, x!.shape[1]!, w!.shape[1]!, ...sizes],
  adjoint: ({ inputs: [x, w], attrs: { relations } }, g, i) => {
    if (i === 0) {
      // L·p - d·k = s·q - o
      const back = relations.map((r) => ({ stride: r.spacing, dilation: -r.dilation, spacing: r.stride, offset: -r.offset }));
      return convolve(g, swap(w!, 1), { relations: back, sizes: spatial(x!) });
    }
    // d·k + s·q = L·p + o
    const across = relations.map((r) => ({ ...r, stride: r.dilation, dilation: r.stride }));
    return swap(convolve(swap(x!, 1), swap(g, 1), { relations: across, sizes: spatial(w!) }), 1);
  },
  lower: (k) => {
    const [g, m, n, ...q] = k.at as [Index, Index, Index, ...Index[]];
    const [inputs, kernels] = [k.shapeOf(0).slice(3), k.shapeOf(1).slice(3)];
    const axes = k.attrs.relations.map((relation, i) => tapsOf(relation, kernels[i]!, inputs[i]!));
    const channels = k.shapeOf(0)[2]!;
    const steps = axes.map((axis) => axis.steps);
    // Both factors are guarded apart, so that the cells of a tile share the loads; a kernel of Infinity therefore meets the zeros of the
    // padding, as it does in a convolution of a padded input.
    const term = (channel: Index, at: readonly Index[]): Expr => {
      const taps = axes.map((axis, i) => axis.at(q[i]!, at[i]!));
      const kernelHolds = taps.flatMap((tap) => tap.kernelHolds);
      const inputHolds = taps.flatMap((tap) => tap.inputHolds);
      const x = k.guard([...kernelHolds, ...inputHolds], () => k.load(0, [g, m, channel, ...taps.map(({ input }) => input)]), 0);
      const w = k.guard(kernelHolds, () => k.load(1, [g, n, channel, ...taps.map(({ kernel }) => kernel)]), 0);
      return x.mul(w);
    };
    // The longest walk is the inner loop; at equal length the channels, as no guard depends on them.
    if (channels < (steps.at(-1) ?? 0)) return k.reduce('sum', [channels, ...steps], (channel, ...at) => term(channel!, at));
    return k.reduce('sum', [...steps, channels], (...at) => term(at.at(-1)!, at.slice(0, -1)));
  },
}).op;

/**
 * The one convolution: `y[g, m, n, q…] = Σ x[g, m, c, p…] · w[g, n, c, k…]` over all c, and over the k and p of each spatial axis with
 * `stride·q + dilation·k = spacing·p + offset`. Forward, the offset is the padding; the adjoints in `x` and in `w` are the same op with the
 * four numbers permuted, so it is closed to any order, and a transposed convolution is it with a spacing. For authors of ops.
 *
 * Shapes: `[groups, batch, channels, …]` and `[groups, outputs, channels, …]` give `[groups, batch, outputs, …sizes]`. The spatial axes
 * need numbers; the others may be names. Dtypes promote. Throws `ShapeError` where groups, channels or ranks differ.
 *
 * @formula y[g, m, n, q] = Σ x[g, m, c, p] · w[g, n, c, k], over c and, in each spatial axis, over s·q + d·k = L·p + o
 * @derivative x̄ = convolve(ȳ, w) with s and L exchanged and −o; w̄ = convolve(x, ȳ) with s and d exchanged
 * @example
 * const relation = { stride: 1, dilation: 1, spacing: 1, offset: 1 };
 * const y = convolve(x, w, { relations: [relation, relation], sizes: [28, 28] });
 */
export const convolve = withOp(convolveOp, (x: Operand, w: Operand, options: ConvolveOptions): Node => {
  const { relations, sizes } = optionsOf('convolve', options, { relations: undefined, sizes: undefined });
  const [a, b] = factors('convolve', [x, w]) as [Node, Node];
  const rank = relations.length + 3;
  if (a.shape.length !== rank || b.shape.length !== rank || sizes.length !== relations.length) {
    throw new ShapeError(
      `convolve: with ${relations.length} spatial axes it takes operands of ${rank} axes, not ${showShape(a.shape)} and ${showShape(b.shape)}.`,
      { op: 'convolve' },
    );
  }
  checkShared('groups', a, b, 0);
  checkShared('channels', a, b, 2);
  spatial(a);
  spatial(b);
  return a.graph.append(convolveOp, [a, b], { relations: relations.map(upright), sizes: [...sizes] }) as Node;
});

function checkShared(what: string, { shape: a }: Node, { shape: b }: Node, axis: number): void {
  const [m, n]: (Dim | undefined)[] = [a[axis], b[axis]];
  if (sameDim(m!, n!)) return;
  throw new ShapeError(`convolve: ${what} differ: ${showShape(a)} has ${quoteDim(m!)}, ${showShape(b)} has ${quoteDim(n!)}.`, {
    op: 'convolve',
  });
}
