import {
  add,
  composite,
  type Defaults,
  type Dim,
  graphOf,
  multiplyDims,
  type Node,
  nodeOf,
  numberOf,
  type Operand,
  reshapeTo,
  ShapeError,
  sameDim,
  showShape,
  withOp,
} from '@tapegrad/core';
import { convolve } from './convolve.js';
import { isOptions, type PerAxis, perAxis, placesOf, spatialSizes } from './support/spatial.js';
import type { Relation } from './taps.js';
import { transpose } from './transpose.js';

/** How a convolution goes over its input: each a number for all spatial axes, or one for each. */
export interface ConvolutionOptions {
  /** Steps between places of the kernel, 1 unless said. */
  readonly stride?: PerAxis;
  /** Zeros on either side, 0 unless said; 'same' pads so that the result has the input's size divided by the stride, rounded up. */
  readonly padding?: PerAxis | 'same';
  /** Distance between elements of the kernel, 1 unless said. */
  readonly dilation?: PerAxis;
  /** Groups of channels that do not meet, 1 unless said. */
  readonly groups?: number;
}

/** How a transposed convolution goes over its result. */
export interface ConvolutionTransposeOptions extends ConvolutionOptions {
  /** What is cut from either side of the result, 0 unless said: the padding of the convolution that this is the adjoint of. */
  readonly padding?: PerAxis;
  /** Elements added at the end of the result, 0 unless said: a stride makes several input sizes give one output size. */
  readonly outputPadding?: PerAxis;
}

const FORWARD: Defaults<ConvolutionOptions> = { stride: undefined, padding: undefined, dilation: undefined, groups: undefined };
const TRANSPOSED: Defaults<ConvolutionTransposeOptions> = {
  stride: undefined,
  padding: undefined,
  outputPadding: undefined,
  dilation: undefined,
  groups: undefined,
};

interface Convolution<O> {
  (x: Operand, w: Operand, options?: O): Node;
  (x: Operand, w: Operand, b: Operand | undefined, options?: O): Node;
}

function fail(op: string, message: string): never {
  throw new ShapeError(`${op}: ${message}`, { op });
}

/** Checks ranks and groups, and gives the number of groups. */
function checkOperands(op: string, x: Node, w: Node, rank: number, groups: number): void {
  if (x.shape.length !== rank + 2 || w.shape.length !== rank + 2) {
    fail(op, `takes an input and a kernel of ${rank + 2} axes, not ${showShape(x.shape)} and ${showShape(w.shape)}.`);
  }
  if (!Number.isInteger(groups) || groups < 1) fail(op, `groups is ${groups}; it must be a whole number of at least 1.`);
}

/** The size of each group's share of `size`. */
function share(op: string, what: string, size: Dim, groups: number): Dim {
  if (groups === 1) return size;
  const whole = numberOf(size, op);
  return whole % groups === 0 ? whole / groups : fail(op, `${whole} ${what} are not divisible by ${groups} groups.`);
}

/** `[n, c, …]` as `[groups, n, c / groups, …]`. */
function splitChannels(op: string, x: Node, groups: number): Node {
  const [n, c, ...rest] = x.shape as [Dim, Dim, ...Dim[]];
  if (groups === 1) return reshapeTo(x, [1, ...x.shape]);
  return firstTwoSwapped(reshapeTo(x, [n, groups, share(op, 'channels', c, groups), ...rest]));
}

/** `[groups, n, c, …]` as `[n, groups·c, …]`. */
function joinChannels(y: Node): Node {
  const [groups, n, c, ...rest] = y.shape as [number, Dim, Dim, ...Dim[]];
  return reshapeTo(groups === 1 ? y : firstTwoSwapped(y), [n, multiplyDims(groups, c), ...rest]);
}

function firstTwoSwapped(x: Node): Node {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}

/** The relation and the size of the result along each spatial axis. */
function forwardAxes(op: string, x: Node, w: Node, rank: number, options: ConvolutionOptions) {
  const [inputs, kernels] = [spatialSizes(op, x, rank), spatialSizes(op, w, rank)];
  const strides = perAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const dilations = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const same = options.padding === 'same';
  const paddings = same ? [] : perAxis(op, 'padding', (options.padding ?? 0) as PerAxis, rank, 0);
  const sizes: number[] = [];
  const relations = inputs.map((size, i): Relation => {
    const [kernel, stride, dilation] = [kernels[i]!, strides[i]!, dilations[i]!];
    const places = Math.ceil(size / stride);
    const total = same ? Math.max((places - 1) * stride + dilation * (kernel - 1) + 1 - size, 0) : 2 * paddings[i]!;
    sizes.push(same ? places : placesOf(op, { size, kernel, stride, dilation, padding: total }));
    return { stride, dilation, spacing: 1, offset: Math.floor(total / 2) };
  });
  return { relations, sizes };
}

/* @__NO_SIDE_EFFECTS__ */
function forward(name: string, rank: number): Convolution<ConvolutionOptions> {
  const bare = composite<[Node, Node], ConvolutionOptions>(name, {
    defaults: FORWARD,
    define: (x, w, options) => {
      const { groups = 1 } = options;
      checkOperands(name, x, w, rank, groups);
      const [outputs, channels, ...kernel] = w.shape as [Dim, Dim, ...Dim[]];
      const mine = share(name, 'channels', x.shape[1]!, groups);
      if (!sameDim(channels, mine)) {
        fail(
          name,
          `the kernel ${showShape(w.shape)} takes ${channels} channels, but each of ${groups} groups of ${showShape(x.shape)} has ${mine}.`,
        );
      }
      const grouped = reshapeTo(w, [groups, share(name, 'outputs', outputs, groups), channels, ...kernel]);
      return joinChannels(convolve(splitChannels(name, x, groups), grouped, forwardAxes(name, x, w, rank, options)));
    },
  });
  return withBias(bare, (w) => w.shape[0]!);
}

function transposedAxes(op: string, x: Node, w: Node, rank: number, options: ConvolutionTransposeOptions) {
  const [inputs, kernels] = [spatialSizes(op, x, rank), spatialSizes(op, w, rank)];
  const strides = perAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const dilations = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const paddings = perAxis(op, 'padding', options.padding ?? 0, rank, 0);
  const extras = perAxis(op, 'outputPadding', options.outputPadding ?? 0, rank, 0);
  const sizes = inputs.map((size, i) => {
    const reach = dilations[i]! * (kernels[i]! - 1) + 1;
    const places = (size - 1) * strides[i]! + reach + extras[i]! - 2 * paddings[i]!;
    return places >= 0
      ? places
      : fail(op, `padding ${paddings[i]} cuts more than there is: the result would have ${places} elements.`);
  });
  const relations = strides.map((spacing, i): Relation => {
    return { stride: 1, dilation: -dilations[i]!, spacing, offset: -paddings[i]! };
  });
  return { relations, sizes };
}

/* @__NO_SIDE_EFFECTS__ */
function transposed(name: string, rank: number): Convolution<ConvolutionTransposeOptions> {
  const bare = composite<[Node, Node], ConvolutionTransposeOptions>(name, {
    defaults: TRANSPOSED,
    define: (x, w, options) => {
      const { groups = 1 } = options;
      checkOperands(name, x, w, rank, groups);
      const [channels, outputs, ...kernel] = w.shape as [Dim, Dim, ...Dim[]];
      if (!sameDim(channels, x.shape[1]!)) {
        fail(name, `the kernel ${showShape(w.shape)} takes ${channels} channels, but ${showShape(x.shape)} has ${x.shape[1]}.`);
      }
      const grouped = reshapeTo(w, [groups, share(name, 'channels', channels, groups), outputs, ...kernel]);
      const swapped = transpose(grouped, [0, 2, 1, ...kernel.map((_, i) => i + 3)]);
      return joinChannels(convolve(splitChannels(name, x, groups), swapped, transposedAxes(name, x, w, rank, options)));
    },
  });
  return withBias(bare, (w, { groups = 1 }) => multiplyDims(w.shape[1]!, groups));
}

/** Lets a bias stand between the kernel and the options. */
function withBias<O extends object>(
  bare: ((x: Operand, w: Operand, options?: O) => Node) & Pick<ReturnType<typeof composite<[Node, Node], O>>, 'op'>,
  outputsOf: (w: Node, options: O) => Dim,
): Convolution<O> & typeof bare {
  const { name } = bare.op;
  const call = (x: Operand, w: Operand, bias?: Operand | O, last?: O): Node => {
    const [b, options] = isOptions(bias) ? [undefined, bias] : [bias, last ?? ({} as O)];
    const graph = graphOf(name, [x, w, ...(b === undefined ? [] : [b])]);
    const kernel = nodeOf(w, graph);
    const y = bare(nodeOf(x, graph), kernel, options);
    return b === undefined ? y : add(y, biasOf(name, nodeOf(b, graph, y.dtype), outputsOf(kernel, options), y.shape.length - 2));
  };
  return withOp(bare, call) as Convolution<O> & typeof bare;
}

function biasOf(op: string, b: Node, outputs: Dim, rank: number): Node {
  if (b.shape.length !== 1 || !sameDim(b.shape[0]!, outputs)) {
    fail(op, `the bias is ${showShape(b.shape)}; it must be ${showShape([outputs])}, one for each output channel.`);
  }
  return reshapeTo(b, [outputs, ...Array<number>(rank).fill(1)]);
}

/**
 * Convolution of a sequence (a cross-correlation, as everywhere in the field): x is `[batch, channels, length]`, w is
 * `[outputs, channels / groups, kernel]`, b, if given, `[outputs]`; the result is `[batch, outputs, places]` with
 * `places = ⌊(length + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`. Spatial axes need numbers, the batch may be a name.
 * Throws `ShapeError` where the operands do not fit or the kernel is larger than the padded input.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[n, c, k], over c and over s·q + d·k = p + padding
 * @derivative x̄ and w̄ are convolutions of ȳ with w and with x; b̄ = Σ ȳ over batch and space
 * @example
 * const y = conv1d(x, w, b, { padding: 'same' });
 */
export const conv1d = forward('conv1d', 1);

/**
 * Convolution of images: x is `[batch, channels, height, width]`, w is `[outputs, channels / groups, kernel, kernel]`, b, if given,
 * `[outputs]`. Options take one number, or one for each spatial axis. Otherwise as {@link conv1d}.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[n, c, k], over c and, in each spatial axis, over s·q + d·k = p + padding
 * @derivative x̄ and w̄ are convolutions of ȳ with w and with x; b̄ = Σ ȳ over batch and space
 * @example
 * const y = conv2d(x, w, b, { stride: 2, padding: 1 }); // [32, 3, 28, 28] with [16, 3, 3, 3] gives [32, 16, 14, 14]
 */
export const conv2d = forward('conv2d', 2);

/**
 * Convolution of volumes: x is `[batch, channels, depth, height, width]`. Otherwise as {@link conv2d}.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[n, c, k], over c and, in each spatial axis, over s·q + d·k = p + padding
 * @derivative x̄ and w̄ are convolutions of ȳ with w and with x; b̄ = Σ ȳ over batch and space
 * @example
 * const y = conv3d(x, w, { padding: [0, 1, 1] });
 */
export const conv3d = forward('conv3d', 3);

/**
 * The adjoint of {@link conv1d} in its input, as an op of its own: x is `[batch, channels, length]`, w is
 * `[channels, outputs / groups, kernel]`, b, if given, `[outputs]`; the result has
 * `(length − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1` places. Throws `ShapeError` as conv1d does.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[c, n, k], over c and over q + padding = s·p + d·k
 * @derivative x̄ = the convolution of ȳ with w; w̄ = that of ȳ with x; b̄ = Σ ȳ over batch and space
 * @example
 * const y = convTranspose1d(x, w, { stride: 2 });
 */
export const convTranspose1d = transposed('convTranspose1d', 1);

/**
 * The adjoint of {@link conv2d} in its input: w is `[channels, outputs / groups, kernel, kernel]`. Otherwise as {@link convTranspose1d}.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[c, n, k], over c and, in each spatial axis, over q + padding = s·p + d·k
 * @derivative x̄ = the convolution of ȳ with w; w̄ = that of ȳ with x; b̄ = Σ ȳ over batch and space
 * @example
 * const larger = convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 });
 */
export const convTranspose2d = transposed('convTranspose2d', 2);

/**
 * The adjoint of {@link conv3d} in its input. Otherwise as {@link convTranspose2d}.
 *
 * @formula y[b, n, q] = b[n] + Σ x[b, c, p] · w[c, n, k], over c and, in each spatial axis, over q + padding = s·p + d·k
 * @derivative x̄ = the convolution of ȳ with w; w̄ = that of ȳ with x; b̄ = Σ ȳ over batch and space
 * @example
 * const larger = convTranspose3d(x, w, { stride: 2 });
 */
export const convTranspose3d = transposed('convTranspose3d', 3);
