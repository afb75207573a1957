import { graphOf, linear, type Node, nodeOf, type Op, type Operand, optionsOf, withOp } from '@tapegrad/core';
import { type PerAxis, perAxis, placesOf, spatialSizes } from './support/spatial.js';
import { tapsOf } from './taps.js';

/** The windows that {@link windows} lays over a value. */
export interface WindowsOptions {
  /** Elements of a window along each of the last axes: as many axes as it has numbers. */
  readonly kernel: readonly number[];
  /** Steps between windows, 1 unless said. */
  readonly stride?: PerAxis;
  /** Distance between elements of a window, 1 unless said. */
  readonly dilation?: PerAxis;
}

interface Attrs {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Sizes of the axes that the windows run over, and numbers of windows. */
  readonly sizes: readonly number[];
  readonly places: readonly number[];
}

const windowsOp: Op<Attrs> = linear<Attrs>('windows', {
  shape: ([x], { kernel, places }) => [...x!.shape.slice(0, -kernel.length), ...places, ...kernel],
  adjoint: (node, g) => g.graph.append(unwindowsOp, [g], node.attrs) as Node,
  lower: (k) => {
    const { kernel, stride, dilation } = k.attrs;
    const lead = k.at.length - 2 * kernel.length;
    const inside = kernel.map((_, i) =>
      k.at[lead + i]!.times(stride[i]!).plus(k.at[lead + kernel.length + i]!.times(dilation[i]!)),
    );
    return k.load(0, [...k.at.slice(0, lead), ...inside]);
  },
}).op;

/** Adds windows up where they came from: the adjoint of `windows`, by its attrs. A guarded gather, so that no cell is written twice. */
const unwindowsOp: Op<Attrs> = linear<Attrs>('unwindows', {
  kind: 'reduction',
  cost: 4,
  shape: ([x], { kernel, sizes }) => [...x!.shape.slice(0, x!.shape.length - 2 * kernel.length), ...sizes],
  adjoint: (node, g) => g.graph.append(windowsOp, [g], node.attrs) as Node,
  lower: (k) => {
    const { kernel, stride, dilation, places } = k.attrs;
    const lead = k.at.length - kernel.length;
    // stride·place = position - dilation·element, solved for the place.
    const axes = kernel.map((size, i) => {
      return tapsOf({ stride: 1, dilation: -dilation[i]!, spacing: stride[i]!, offset: 0 }, size, places[i]!);
    });
    const extents = axes.map(({ steps }) => steps);
    return k.reduce('sum', extents, (...at) => {
      const taps = axes.map((axis, i) => axis.at(k.at[lead + i]!, at[i]!));
      const where = [...k.at.slice(0, lead), ...taps.map(({ input }) => input), ...taps.map((tap) => tap.kernel)];
      return k.guard(
        taps.flatMap((tap) => [...tap.kernelHolds, ...tap.inputHolds]),
        () => k.load(0, where),
        0,
      );
    });
  },
}).op;

/**
 * All windows over the last axes, as a view: `[…, size]` with a kernel of k gives `[…, places, k]`, and likewise for several axes, first all
 * the places, then all the elements. Throws `ShapeError` where a window does not fit. The axes need numbers; the others may be names.
 *
 * @formula y[…, q, k] = x[…, stride·q + dilation·k]
 * @derivative x̄ = the sum of ȳ over the windows that hold the element
 * @example
 * const moving = mean(windows(series, { kernel: [7] }), { axis: -1 });
 */
export const windows = withOp(windowsOp, (x: Operand, options: WindowsOptions): Node => {
  const sides = optionsOf('windows', options, { kernel: undefined, stride: 1, dilation: 1 });
  const node = nodeOf(x, graphOf('windows', [x]));
  const rank = sides.kernel.length;
  const kernel = perAxis('windows', 'kernel', sides.kernel, rank, 1);
  const stride = perAxis('windows', 'stride', sides.stride, rank, 1);
  const dilation = perAxis('windows', 'dilation', sides.dilation, rank, 1);
  const sizes = spatialSizes('windows', node, rank);
  const places = sizes.map((size, i) =>
    placesOf('windows', { size, kernel: kernel[i]!, stride: stride[i]!, dilation: dilation[i]!, padding: 0 }),
  );
  return node.graph.append(windowsOp, [node], { kernel, stride, dilation, sizes, places }) as Node;
});
