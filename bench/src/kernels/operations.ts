import { add, conv2d, type DType, exp, gather, matmul, mul, type Node, softmax, sort, sum, tanh, transpose, vjp } from 'tapegrad';

/** An operand by its shape: numbers of the operation's dtype, or places along an axis of `below` elements. */
export interface Operand {
  readonly shape: readonly number[];
  readonly below?: number;
  /** Only its shape matters: no element of it is read. */
  readonly unread?: true;
}

/** An operation that backends are compared by, in several sizes. */
export interface Operation {
  readonly name: string;
  readonly dtypes: readonly DType[];
  /** Operands in ascending sizes: a few kilobytes, what a cache holds, what it does not. */
  readonly sizes: readonly (readonly Operand[])[];
  build(...operands: Node[]): Node;
  /** Operations of arithmetic; 0 where bytes are what counts. */
  flops(...operands: Operand[]): number;
}

const FLOATS: readonly DType[] = ['float32', 'float64'];
const NUMBERS: readonly DType[] = [...FLOATS, 'int32'];

const SIDES = [32, 256, 2048];
const VECTORS = SIDES.map((side): Operand => ({ shape: [side ** 2] }));
const SQUARES = SIDES.map((side): Operand => ({ shape: [side, side] }));

/** What moves more bytes than it computes. */
function moving(
  name: string,
  dtypes: readonly DType[],
  sizes: Operation['sizes'],
  build: (...operands: [Node, Node]) => Node,
): Operation {
  return { name, dtypes, sizes, build: (...nodes) => build(...(nodes as [Node, Node])), flops: () => 0 };
}

const alone = (operands: readonly Operand[]): Operand[][] => operands.map((operand) => [operand]);
const twice = (operands: readonly Operand[]): Operand[][] => operands.map((operand) => [operand, operand]);

/** A product of matrices, or of many. */
function product(name: string, operands: readonly Operand[]): Operation {
  const build = (a: Node, b: Node) => matmul(a, b);
  return { name, dtypes: FLOATS, sizes: twice(operands), build: build as Operation['build'], flops: productFlops };
}

function productFlops(a: Operand, b: Operand): number {
  return 2 * countOf(a) * b.shape.at(-1)!;
}

/** Images, kernels of 3×3, and a gradient of the result's shape; channels are as many before as after. */
const IMAGES = (
  [
    [1, 4, 16],
    [4, 16, 32],
    [16, 32, 64],
  ] as const
).map(([rows, channels, side]): [x: Operand, w: Operand, g: Operand] => {
  const images = { shape: [rows, channels, side, side] };
  return [images, { shape: [channels, channels, 3, 3] }, images];
});

/** A convolution or a gradient of it, which reads two of the three operands. */
function convolution(name: string, unread: number, build: (x: Node, w: Node, g: Node) => Node): Operation {
  const sizes = IMAGES.map((operands) =>
    operands.map((operand, i) => (i === unread ? { ...operand, unread: true as const } : operand)),
  );
  const count = (x: Operand, w: Operand) => 2 * countOf(x) * countOf({ shape: w.shape.slice(1) });
  return { name, dtypes: FLOATS, sizes, build: build as Operation['build'], flops: count as Operation['flops'] };
}

const convolve = (x: Node, w: Node): Node => conv2d(x, w, { padding: 'same' });

/** The operations by family: pointwise, sums, what moves elements, products, sorting. */
export const OPERATIONS: readonly Operation[] = [
  moving('add', NUMBERS, twice(VECTORS), add),
  moving('mul', NUMBERS, twice(VECTORS), mul),
  moving('exp', FLOATS, alone(VECTORS), exp),
  moving('tanh', FLOATS, alone(VECTORS), tanh),
  moving('sum', NUMBERS, alone(VECTORS), (x) => sum(x)),
  moving('sum of rows', FLOATS, alone(SQUARES), (x) => sum(x, { axis: 1 })),
  moving('softmax', FLOATS, alone(SQUARES), (x) => softmax(x)),
  moving('transpose', NUMBERS, alone(SQUARES), (x) => transpose(x)),
  moving(
    'gather',
    NUMBERS,
    VECTORS.map((vector) => [vector, { ...vector, below: countOf(vector) }]),
    (x, index) => gather(x, index, { axis: 0 }),
  ),
  moving('sort', NUMBERS, alone([2 ** 10, 2 ** 14, 2 ** 18].map((length) => ({ shape: [length] }))), (x) => sort(x)),
  product(
    'matmul',
    [32, 256, 1024].map((side) => ({ shape: [side, side] })),
  ),
  product('matmul of a batch', [{ shape: [4, 16, 16] }, { shape: [16, 64, 64] }, { shape: [64, 256, 256] }]),
  convolution('conv2d', 2, convolve),
  convolution('conv2d by x', 0, (x, w, g) => vjp([convolve(x, w)], [x], [g])[0]!),
  convolution('conv2d by w', 1, (x, w, g) => vjp([convolve(x, w)], [w], [g])[0]!),
];

/** Elements of an operand. */
export function countOf({ shape }: Operand): number {
  return shape.reduce((count, size) => count * size, 1);
}
