import {
  add,
  asPublic,
  mul,
  type Node,
  normaliseAxis,
  numberOf,
  type Operand,
  optionsOf,
  ShapeError,
  sameDtype,
  sameShape,
  showShape,
} from '@tapegrad/core';
import { div, neg, sub } from './arithmetic.js';
import { concat } from './concat.js';
import { matmul } from './matmul.js';
import { reshape } from './reshape.js';
import { embed, sliceAt } from './slice.js';
import { floats } from './support/dtypes.js';
import { transposed } from './support/matrices.js';
import { transpose } from './transpose.js';

/** Complex numbers, as two nodes of one shape and dtype. */
export interface Complex {
  readonly real: Node;
  readonly imaginary: Node;
}

/** Complex numbers to transform, as operands. */
export interface ComplexOperand {
  readonly real: Operand;
  /** 0 unless given. */
  readonly imaginary?: Operand;
}

/** What is transformed; without an imaginary part where it is 0. */
interface Signal {
  readonly real: Node;
  readonly imaginary: Node | null;
}

/** Options of {@link fft}, {@link ifft} and {@link rfft}. */
export interface FourierOptions {
  /** The axis to transform, the last unless said. Its size must be a number. */
  readonly axis?: number;
}

/** Prime sizes up to this one are transformed by their matrix, greater ones by a convolution. */
const LARGEST_MATRIX = 64;
/** Small factors are gathered up to this one: their matrices are faster together than one after another. */
const RADIX = 16;

/** Cosine and sine of 2π·turns/whole; the turns are reduced first, and the octants folded, so that both are as exact as their dtype. */
function unitRoot(turns: number, whole: number): readonly [cosine: number, sine: number] {
  const k = ((turns % whole) + whole) % whole;
  const eighths = (8 * k) / whole;
  const angle = (n: number): number => (2 * Math.PI * n) / whole;
  if (eighths <= 1) return [Math.cos(angle(k)), Math.sin(angle(k))];
  if (eighths < 3) return [-Math.sin(angle(k - whole / 4)), Math.cos(angle(k - whole / 4))];
  if (eighths <= 5) return [-Math.cos(angle(k - whole / 2)), -Math.sin(angle(k - whole / 2))];
  if (eighths < 7) return [Math.sin(angle(k - (3 * whole) / 4)), -Math.cos(angle(k - (3 * whole) / 4))];
  return [Math.cos(angle(k - whole)), Math.sin(angle(k - whole))];
}

/** e^(-2πi·turns(j, k)/whole) for all j and k, as constants. */
function roots(
  like: Node,
  [rows, columns]: readonly [number, number],
  turns: (j: number, k: number) => number,
  whole: number,
): Complex {
  const values = Array.from({ length: rows * columns }, (_, at) => {
    return unitRoot(-turns(Math.floor(at / columns), at % columns), whole);
  });
  const constant = (side: 0 | 1): Node => {
    const flat = like.graph.constant(
      values.map((value) => value[side]),
      like.dtype,
    );
    return reshape(flat, [rows, columns]);
  };
  return { real: constant(0), imaginary: constant(1) };
}

/** The product with complex numbers, where `times` multiplies real ones. */
function product({ real, imaginary }: Signal, y: Complex, times: (a: Node, b: Node) => Node): Complex {
  const [first, second] = [times(real, y.real), times(real, y.imaginary)];
  if (!imaginary) return { real: first, imaginary: second };
  return { real: sub(first, times(imaginary, y.imaginary)), imaginary: add(second, times(imaginary, y.real)) };
}

function both<S extends Signal>({ real, imaginary }: S, change: (part: Node) => Node): S {
  return { real: change(real), imaginary: imaginary && change(imaginary) } as S;
}

function conjugate<S extends Signal>({ real, imaginary }: S): S {
  return { real, imaginary: imaginary && neg(imaginary) } as S;
}

function lengthOf({ real }: Signal): number {
  return real.shape.at(-1) as number;
}

/** A factor of n: the product of small primes, up to the radix; if it has none, the least prime. */
function factorOf(n: number): number {
  let [factor, rest] = [1, n];
  for (let prime = 2; prime <= RADIX; prime++) {
    while (rest % prime === 0 && factor * prime <= RADIX) [factor, rest] = [factor * prime, rest / prime];
  }
  if (factor > 1) return factor;
  for (let prime = RADIX + 1; prime * prime <= n; prime++) if (n % prime === 0) return prime;
  return n;
}

/** The transform of the last axis, Σ x(j)·e^(-2πi·jk/n). */
function transform(x: Signal): Complex {
  const n = lengthOf(x);
  const factor = n <= RADIX ? n : factorOf(n);
  if (factor < n) return byFactors(x, factor);
  return n <= LARGEST_MATRIX ? byMatrix(x) : byConvolution(x);
}

function byMatrix(x: Signal): Complex {
  const n = lengthOf(x);
  return product(
    x,
    roots(x.real, [n, n], (j, k) => j * k, n),
    matmul,
  );
}

/**
 * For n = radix·rest: transforms over the first digit of j, turns, and transforms over the second. Cooley and Tukey, "An algorithm for the
 * machine calculation of complex Fourier series", 1965.
 */
function byFactors(x: Signal, radix: number): Complex {
  const n = lengthOf(x);
  const rest = n / radix;
  const digits = both(x, (part) => transposed(reshape(part, [...part.shape.slice(0, -1), radix, rest])));
  const first = both(transform(digits), transposed);
  const turned = product(
    first,
    roots(x.real, [radix, rest], (k, j) => k * j, n),
    mul,
  );
  return both(transform(turned), (part) => reshape(transposed(part), [...part.shape.slice(0, -2), n]));
}

/**
 * For a large prime: as jk = (j² + k² - (k - j)²)/2, the transform is a convolution with a chirp, which is a product of transforms of a length
 * that is a power of 2. Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform", 1970.
 */
function byConvolution(x: Signal): Complex {
  const n = lengthOf(x);
  const length = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const half = (j: number): number => (j * j) % (2 * n);
  const chirp = both(
    roots(x.real, [1, n], (_, j) => half(j), 2 * n),
    (part) => reshape(part, [n]),
  );
  const wrapped = roots(x.real, [1, length], (_, j) => (j < n ? -half(j) : j > length - n ? -half(length - j) : 0), 2 * n);
  const inside = x.real.graph.constant(
    Array.from({ length }, (_, j) => (j < n || j > length - n ? 1 : 0)),
    x.real.dtype,
  );
  const filter = both(wrapped, (part) => mul(reshape(part, [length]), inside));
  const padded = both(product(x, chirp, mul), (part) => resized(part, length));
  const filtered = inverse(product(transform(padded), transform(filter), mul));
  return product(
    both(filtered, (part) => resized(part, n)),
    chirp,
    mul,
  );
}

/** The first `length` elements of the last axis, zeros after those that are there. */
function resized(x: Node, length: number): Node {
  const lead = x.shape.slice(0, -1);
  const size = [...lead, Math.min(length, x.shape.at(-1) as number)];
  const [start, step] = [size.map(() => 0), size.map(() => 1)];
  return embed(sliceAt(x, { start, step, size }), { start, step, shape: [...lead, length] });
}

/** conj(F(conj(x))) / n. */
function inverse(x: Signal): Complex {
  const n = lengthOf(x);
  return both(conjugate(transform(conjugate(x))), (part) => div(part, Math.max(n, 1)));
}

/** Applies `change` with an axis moved to the end. */
function alongAxis(op: string, x: Signal, axis: number, change: (x: Signal) => Complex): Complex {
  const { shape } = x.real;
  const at = normaliseAxis(op, axis, shape.length);
  const order = [...shape.keys()].toSpliced(at, 1).concat(at);
  const back = shape.map((_, i) => order.indexOf(i));
  const moved = both(x, (part) => transpose(part, order));
  numberOf(moved.real.shape.at(-1)!, op);
  return both(change(moved), (part) => transpose(part, back));
}

/** The operand as nodes of one float dtype and shape. */
function signalOf(op: string, operand: ComplexOperand): Signal {
  const { real, imaginary } = optionsOf(op, operand, { real: undefined, imaginary: undefined });
  const parts = sameDtype(op, imaginary === undefined ? [real] : [real, imaginary]);
  const [x, y = null] = parts as [Node, Node?];
  floats(op)(parts);
  if (!y || sameShape(x.shape, y.shape)) return { real: x, imaginary: y };
  throw new ShapeError(
    `${op}: the real part is ${showShape(x.shape)} and the imaginary part ${showShape(y.shape)}; give both one shape.`,
    { op },
  );
}

/**
 * The discrete Fourier transform along an axis, Σ x(j)·e^(-2πi·jk/n), of complex numbers as a pair of nodes, of which the imaginary one may be
 * missing. Same shapes out, as `{ real, imaginary }`. Any length, in the order of n·log n operations; the size of the axis must be a number.
 * Made of products with constants, so that derivatives to any order are transforms too.
 *
 * Throws `ShapeError` where the parts differ in shape or there is no such axis, `DtypeError` for what is no float.
 *
 * @formula yₖ = Σⱼ xⱼ·e^(−2πi·jk/n)
 * @derivative x̄ = n·ifft(ȳ)
 * @example
 * const { real, imaginary } = fft({ real: signal });
 */
export const fft = asPublic('fft', (x: ComplexOperand, options?: FourierOptions): Complex => {
  const { axis } = optionsOf('fft', options, { axis: -1 });
  return alongAxis('fft', signalOf('fft', x), axis, transform);
});

/**
 * The inverse of {@link fft}, Σ x(k)·e^(2πi·jk/n) / n, with its shapes, options and errors.
 *
 * @formula yⱼ = (1/n)·Σₖ xₖ·e^(2πi·jk/n)
 * @derivative x̄ = fft(ȳ)/n
 * @example
 * const smoothed = ifft({ real: mul(real, mask), imaginary: mul(imaginary, mask) }).real;
 */
export const ifft = asPublic('ifft', (x: ComplexOperand, options?: FourierOptions): Complex => {
  const { axis } = optionsOf('ifft', options, { axis: -1 });
  return alongAxis('ifft', signalOf('ifft', x), axis, inverse);
});

/**
 * The discrete Fourier transform of real numbers along an axis of n: the first ⌊n/2⌋ + 1 of the frequencies, of which the others are the
 * conjugates. As {@link fft} otherwise.
 *
 * @formula yₖ = Σⱼ xⱼ·e^(−2πi·jk/n), k ≤ n/2
 * @derivative x̄ⱼ = Σₖ Re(ȳₖ·e^(2πi·jk/n))
 * @example
 * const { real, imaginary } = rfft(signal);
 */
export const rfft = asPublic('rfft', (x: Operand, options?: FourierOptions): Complex => {
  const { axis } = optionsOf('rfft', options, { axis: -1 });
  return alongAxis('rfft', signalOf('rfft', { real: x }), axis, (signal) => {
    const kept = Math.floor(lengthOf(signal) / 2) + 1;
    return both(transform(signal), (part) => resized(part, kept));
  });
});

/** Options of {@link irfft}. */
export interface InverseRealOptions extends FourierOptions {
  /** How many numbers there were; the even one of the two that it can be unless said. */
  readonly length?: number;
}

/**
 * The inverse of {@link rfft}: `length` real numbers from ⌊length/2⌋ + 1 frequencies. Imaginary parts that no real numbers have are ignored.
 * Throws `ShapeError` for another number of frequencies; otherwise as {@link fft}.
 *
 * @formula yⱼ = (1/n)·Σₖ xₖ·e^(2πi·jk/n), with xₙ₋ₖ the conjugate of xₖ
 * @derivative x̄ₖ = (c/n)·Σⱼ ȳⱼ·e^(−2πi·jk/n), c = 1 where k = n − k or k = 0, else 2
 * @example
 * const same = irfft(rfft(signal));
 */
export const irfft = asPublic('irfft', (x: ComplexOperand, options?: InverseRealOptions): Node => {
  const { axis, length } = optionsOf('irfft', options, { axis: -1, length: undefined });
  const result = alongAxis('irfft', signalOf('irfft', x), axis, (half) => {
    const n = length ?? 2 * (lengthOf(half) - 1);
    checkFrequencies(half, n);
    const others = n - lengthOf(half);
    const mirrored = both(half, (part) => {
      const start = part.shape.map((_, i) => (i === part.shape.length - 1 ? others : 0));
      const step = part.shape.map((_, i) => (i === part.shape.length - 1 ? -1 : 1));
      return sliceAt(part, { start, step, size: [...part.shape.slice(0, -1), others] });
    });
    const rest = conjugate(mirrored);
    return inverse({
      real: concat([half.real, rest.real], { axis: -1 }),
      imaginary: half.imaginary && concat([half.imaginary, rest.imaginary!], { axis: -1 }),
    });
  });
  return result.real;
});

function checkFrequencies(half: Signal, length: number): void {
  const wanted = Math.floor(length / 2) + 1;
  if (Number.isInteger(length) && length >= 1 && wanted === lengthOf(half)) return;
  throw new ShapeError(
    `irfft: ${lengthOf(half)} frequencies do not give ${length} numbers, which have ${wanted}. Say the length, ${2 * lengthOf(half) - 2} or ${2 * lengthOf(half) - 1}.`,
    { op: 'irfft' },
  );
}
