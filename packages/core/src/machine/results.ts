import type { Node } from '../graph/node.js';
import type { Named } from '../tape/tape.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

/** What a program computes, by name. */
export type Outputs = Readonly<Record<string, Node>>;

/** What a run returns: a tensor with memory of its own for each output. */
export type Results<O extends Outputs> = { readonly [K in keyof O]: Tensor };

/** Makes the result tensor of one output; made once, used by every run. */
export class ResultReader {
  readonly name: string;
  readonly #dtype: DType;
  readonly #shape: readonly number[];
  readonly #scalar: boolean;

  constructor({ name, node }: Named) {
    this.name = name;
    this.#dtype = node.dtype;
    this.#shape = node.shape as readonly number[];
    this.#scalar = node.shape.length === 0;
  }

  /** A tensor with a copy of `memory`. */
  read(memory: TypedArray): Tensor {
    if (this.#scalar) return Tensor.scalar(this.#dtype, memory[0] as number);
    return Tensor.wrap(this.#dtype, this.#shape, memory.slice());
  }

  /** A tensor that takes `values` as its own. */
  take(values: TypedArray): Tensor {
    return Tensor.wrap(this.#dtype, this.#shape, values);
  }
}
