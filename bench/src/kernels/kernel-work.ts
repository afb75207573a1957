import { arrayOf, type Backend, bytesOf, type DType, Graph, js, type Node, Tensor, type TypedArray } from 'tapegrad';
import type { Prepared } from '../system.js';
import { timedStaying } from '../tapegrad/timed.js';
import { fill, fillLabels } from '../work/numbers.js';
import { countOf, type Operand, type Operation } from './operations.js';
import type { Work } from './work.js';

/** Every size and dtype of an operation; of its sizes only the least, where it shall be quick. */
export function kernelWork(operation: Operation, quick: boolean): Work[] {
  const sizes = quick ? operation.sizes.slice(0, 1) : operation.sizes;
  return sizes.flatMap((operands) => {
    const floats = new Sample(operation, operands, false);
    const whole = new Sample(operation, operands, true);
    return operation.dtypes.map((dtype) => atSize(operation, dtype, dtype === 'int32' ? whole : floats));
  });
}

/** An operation at one size, and its data: the same numbers in every dtype. */
class Sample {
  readonly operation: Operation;
  readonly operands: readonly Operand[];
  readonly #whole: boolean;
  #numbers: readonly (Float32Array | Int32Array)[] | null = null;
  #result: Promise<ArrayLike<number>> | null = null;

  constructor(operation: Operation, operands: readonly Operand[], whole: boolean) {
    this.operation = operation;
    this.operands = operands;
    this.#whole = whole;
  }

  /** The values of the operands: places along an axis, whole numbers from −500 to 500, or any from −2 to 2. */
  values(dtype: DType): TypedArray[] {
    this.#numbers ??= this.operands.map(({ shape, below }, i) => {
      const count = countOf({ shape });
      if (below !== undefined) return fillLabels(count, i + 1, below);
      return this.#whole ? fillLabels(count, i + 1, 1001).map((v) => v - 500) : fill(count, i + 1, 4);
    });
    return this.#numbers.map((numbers, i) => inDtype(numbers, dtypeOf(this.operands[i]!, dtype)));
  }

  /** What comes of them in float64, in plain loops. */
  want(): Promise<ArrayLike<number>> {
    this.#result ??= prepare(this, 'float64', js()).then(async ({ read, dispose }) => {
      const values = await read();
      dispose?.();
      return values;
    });
    return this.#result;
  }
}

function atSize(operation: Operation, dtype: DType, sample: Sample): Work {
  const { operands } = sample;
  const graph = new Graph();
  const value = operation.build(...operands.map((operand, i) => graph.input(`x${i}`, operand.shape, dtypeOf(operand, dtype))));
  const result = { shape: value.shape as number[] };
  const read = operands.filter(({ unread }) => !unread);
  const bytesRead = read.reduce((bytes, operand) => bytes + countOf(operand) * bytesOf(dtypeOf(operand, dtype)), 0);
  return {
    kind: 'kernel',
    operation: operation.name,
    dtype,
    shapes: read.map(({ shape }) => `[${shape.join(', ')}]`).join(' '),
    elements: Math.max(...[...read, result].map(countOf)),
    bytes: bytesRead + countOf(result) * bytesOf(dtype),
    flops: operation.flops(...operands),
    want: () => sample.want(),
    prepare: (backend) => prepare(sample, dtype, backend),
  };
}

/** Operands and result stay on the backend. */
function prepare(sample: Sample, dtype: DType, backend: Backend): Promise<Prepared> {
  const graph = new Graph();
  const given = sample.values(dtype);
  const nodes = sample.operands.map(({ shape }, i): Node => graph.state(`x${i}`, Tensor.from(given[i]!, { shape: [...shape] })));
  return timedStaying(backend, graph, sample.operation.build(...nodes));
}

function dtypeOf({ below }: Operand, dtype: DType): DType {
  return below === undefined ? dtype : 'int32';
}

function inDtype(numbers: Float32Array | Int32Array, dtype: DType): TypedArray {
  const values = arrayOf(dtype, numbers.length);
  values.set(numbers);
  return values;
}
