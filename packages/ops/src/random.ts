import {
  add,
  asPublic,
  broadcastTo,
  cast,
  type DType,
  DtypeError,
  flatten,
  type Graph,
  general,
  graphOf,
  Index,
  isFloat,
  mul,
  type Node,
  nodeOf,
  type Op,
  type Operand,
  optionsOf,
  type Shape,
  ShapeError,
  type ShapeLike,
  toShape,
  where,
  withOp,
  zerosLike,
} from '@tapegrad/core';
import { div, neg } from './arithmetic.js';
import { bitNot } from './bits.js';
import { lt } from './compare.js';
import { log, log1p } from './logarithm.js';
import { philox } from './philox.js';
import { sqrt } from './root.js';
import { cos } from './trigonometric.js';

interface BitsAttrs {
  /** Tells draws of one graph apart. */
  readonly stream: number;
  /** Which of the four words that a counter gives. */
  readonly word: number;
  readonly shape: Shape;
}

const bitsOp: Op<BitsAttrs> = general<BitsAttrs>('randomBits', {
  kind: 'pointwise',
  cost: 60,
  dtype: () => 'uint32',
  shape: (_inputs, { shape }) => shape,
  lower: (k) => {
    const word = (value: number) => k.constant(value, 'uint32');
    const element = k.index(flatten(k.at, k.shape), 'uint32');
    const key = [k.load(0, [Index.of(0)]), k.load(0, [Index.of(1)])] as const;
    return philox([element, k.load(1, []), word(k.attrs.stream), word(0)], key)[k.attrs.word]!;
  },
}).op;

/** A draw from a stream of its own: its words by number, each as random bits of this shape. */
export function draw(graph: Graph, shape: Shape): (word: number) => Node {
  const { seed, step, stream } = graph.draw();
  return (word) => graph.append(bitsOp, [seed, step], { stream, word, shape }) as Node;
}

/**
 * Random bits as uint32, called as a method of a graph. They are a pure function of the machine's seed, the step, the draw's place in the
 * graph and the index of the element (Philox4x32-10), so they are equal on every backend, and new in every run. Dims may be names. Fewer
 * than 2³² elements.
 *
 * @formula y = Philox4x32-10(seed; index, step, stream)
 * @derivative none, a draw
 * @example
 * const bits = graph.randomBits([4]);
 */
export const randomBits = withOp(bitsOp, (shape: ShapeLike): Node => {
  return draw(graphOf('randomBits', []), toShape('randomBits', shape))(0);
});

const unitOp: Op<{ dtype: DType }> = general<{ dtype: DType }>('unitInterval', {
  dtype: (_inputs, { dtype }) => dtype,
  shape: ([high]) => high!.shape,
  lower: (k) => {
    const upper = (i: number, bits: number) => {
      const word = k.load(i, k.at);
      return word.shiftRight(word.constant(32 - bits)).cast(k.attrs.dtype);
    };
    if (k.attrs.dtype === 'float32') return upper(0, 24).mul(k.constant(2 ** -24));
    return upper(0, 27)
      .mul(k.constant(2 ** 26))
      .add(upper(1, 26))
      .mul(k.constant(2 ** -53));
  },
}).op;

/** A number from 0 up to but not 1, on the grid of 2⁻²⁴ for float32 and of 2⁻⁵³ for float64, so that no rounding reaches 1. */
function unitInterval(word: (i: number) => Node, dtype: DType): Node {
  const words = dtype === 'float32' ? [word(0)] : [word(0), word(1)];
  return words[0]!.graph.append(unitOp, words, { dtype }) as Node;
}

function floatOf(op: string, graph: Graph, dtype: DType | undefined): DType {
  const wanted = dtype ?? graph.dtype;
  if (isFloat(wanted)) return wanted;
  throw new DtypeError(`${op}: dtype is ${wanted}; it draws float32 or float64. Cast what it draws.`, { op });
}

/** The interval that {@link randomUniform} draws from. */
export interface UniformOptions {
  /** The least value, 0 unless said. */
  readonly low?: number;
  /** The bound above, 1 unless said; it is not reached, but by rounding where `low` is not 0. */
  readonly high?: number;
  /** float32 or float64; the graph's own unless said. */
  readonly dtype?: DType;
}

/**
 * Numbers drawn evenly from `low` up to `high`, new in every run; called as a method of a graph. Dims may be names. Equal on every backend.
 * Throws `DtypeError` for a dtype that is no float.
 *
 * @formula y = low + (high − low)·u, 0 ≤ u < 1
 * @derivative none, a draw
 * @example
 * const noise = graph.randomUniform(['batch', 10], { low: -1, high: 1 });
 */
export const randomUniform = asPublic('randomUniform', (shape: ShapeLike, options?: UniformOptions): Node => {
  const { low, high, dtype } = optionsOf('randomUniform', options, { low: 0, high: 1, dtype: undefined });
  const graph = graphOf('randomUniform', []);
  const float = floatOf('randomUniform', graph, dtype);
  const unit = unitInterval(draw(graph, toShape('randomUniform', shape)), float);
  const scaled = mul(unit, high - low);
  return low === 0 ? scaled : add(scaled, low);
});

/** The distribution that {@link randomNormal} draws from. */
export interface NormalOptions {
  /** 0 unless said. */
  readonly mean?: number;
  /** The standard deviation, 1 unless said. */
  readonly std?: number;
  /** float32 or float64; the graph's own unless said. */
  readonly dtype?: DType;
}

/**
 * Numbers drawn from a normal distribution, new in every run; called as a method of a graph. Dims may be names. Equal on every backend
 * within the accuracy of its log and cos. Box and Muller, "A note on the generation of random normal deviates", 1958; the radius is taken
 * from 32 bits (64 for float64), and accurate at both ends: it reaches 6.7 (9.4) standard deviations.
 * Throws `DtypeError` for a dtype that is no float.
 *
 * @formula y = mean + std·√(−2·log u)·cos(2π·v), u and v uniform
 * @derivative none, a draw
 * @example
 * const noise = graph.randomNormal([32, 64], { std: 0.02 });
 */
export const randomNormal = asPublic('randomNormal', (shape: ShapeLike, options?: NormalOptions): Node => {
  const { mean, std, dtype } = optionsOf('randomNormal', options, { mean: 0, std: 1, dtype: undefined });
  const graph = graphOf('randomNormal', []);
  const float = floatOf('randomNormal', graph, dtype);
  const word = draw(graph, toShape('randomNormal', shape));
  const radius = sqrt(mul(minusLog(word, float), 2));
  const angle = mul(
    unitInterval((i) => word(i + 2), float),
    2 * Math.PI,
  );
  const scaled = mul(mul(radius, cos(angle)), std);
  return mean === 0 ? scaled : add(scaled, mean);
});

/** −log u for a u evenly in (0, 1). Above a half it is taken from 1 − u, which the inverted bits give without cancellation. */
export function minusLog(word: (i: number) => Node, dtype: DType): Node {
  const words = dtype === 'float32' ? [word(0)] : [word(0), word(1)];
  const u = openUnit(words, dtype);
  const rest = openUnit(
    words.map((bits) => bitNot(bits)),
    dtype,
  );
  return neg(where(lt(u, 0.5), log(u), log1p(neg(rest))));
}

/** The bits as a fraction, moved by half a unit so that it is never 0. */
function openUnit([high, low]: readonly Node[], dtype: DType): Node {
  const fraction = (bits: Node): Node => mul(add(cast(bits, dtype), 0.5), 2 ** -32);
  return low ? mul(add(cast(high!, dtype), fraction(low)), 2 ** -32) : fraction(high!);
}

/**
 * True with probability `p`, as bool, new in every run. `p` is a number, or a node of probabilities that broadcasts to `shape`; with a number
 * it is called as a method of a graph. Dims may be names. Equal on every backend.
 *
 * @formula y = true with probability p
 * @derivative none, a draw
 * @example
 * const kept = graph.randomBernoulli(['batch', 64], 0.9);
 */
export const randomBernoulli = asPublic('randomBernoulli', (shape: ShapeLike, p: Operand): Node => {
  const graph = graphOf('randomBernoulli', [p]);
  const chance = broadcastTo(nodeOf(p, graph), toShape('randomBernoulli', shape));
  return lt(unitInterval(draw(graph, chance.shape), floatOf('randomBernoulli', graph, chance.dtype)), chance);
});

/**
 * Each element with probability 1 − `rate` and then divided by it, else 0, anew in every run, so that the mean stays. Same shape and dtype
 * out. For training only: build the graph for inference without it. Throws `ShapeError` unless `0 <= rate < 1`.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 *
 * @formula y = x/(1 − rate) with probability 1 − rate, else 0
 * @derivative 1/(1 − rate) where the element is kept, else 0
 * @example
 * const hidden = dropout(relu(linear(x, w, b)), 0.5);
 */
export const dropout = asPublic('dropout', (x: Operand, rate: number): Node => {
  if (!(rate >= 0 && rate < 1)) {
    throw new ShapeError(`dropout: rate is ${rate}; it must be at least 0 and less than 1.`, { op: 'dropout' });
  }
  const node = nodeOf(x, graphOf('dropout', [x]));
  if (rate === 0) return node;
  const keep = 1 - rate;
  const kept = lt(unitInterval(draw(node.graph, node.shape), 'float32'), keep);
  return where(kept, div(node, keep), zerosLike(node));
});
