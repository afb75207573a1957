import type { Adapter } from './adapter.js';
import type { Chains } from './work/chains.js';
import type { Convolution } from './work/convolution.js';
import type { ConvolutionalNetwork } from './work/convolutional.js';
import type { DenseNetwork } from './work/dense.js';
import type { Elementwise } from './work/elementwise.js';
import type { Product } from './work/matmul.js';
import type { Pool } from './work/pool.js';

/** One system's go at a case, made ready. */
export interface Prepared {
  /** The work that is timed, once. */
  run(): unknown;
  /** Does the work once and gives its numbers. */
  read(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Milliseconds that so many runs take, where the system reads its own clock: it lives in another process, or computes in its own time. */
  time?(runs: number): Promise<number>;
  /** Milliseconds that a sample must at least take, where the clock's steps are not what limits it. */
  readonly shortestSample?: number;
  /** Bytes that the work takes besides its parameters and data, where the system plans them. */
  readonly bytes?: number;
  /** Lets go of what it holds. */
  dispose?(): void;
}

/** Work made ready, or in words why this system cannot do it. */
export type Attempt = Prepared | Promise<Prepared> | string;

/** A system that takes part: one of our backends, or a peer. Each member makes one form of work ready. */
export interface System {
  readonly name: string;
  readonly threads: number;
  /** What it runs on, where that is not the CPU as such. */
  readonly adapter?: Adapter;
  /** A square product; inputs and result stay on the backend. Reads the product. */
  matmul(product: Product): Attempt;
  /** A convolution or a gradient of one; inputs and result stay on the backend. Reads the result. Who takes no part does not give it. */
  convolve?(work: Convolution): Attempt;
  /** A pool of images, or the gradient of one; inputs and result stay on the backend. Reads the result. Who takes no part does not give it. */
  pool?(work: Pool): Attempt;
  /** One training step of a dense network, data on the backend. Reads the loss before the step. */
  train(network: DenseNetwork): Attempt;
  /** The same in a share of the memory that it takes without a limit, by computing values twice; where there is no such thing, not given. */
  trainWithin?(network: DenseNetwork, share: number): Attempt;
  /** From a description of a dense network to a step that has run once. Reads the loss. */
  compileTraining(network: DenseNetwork): Attempt;
  /** One training step of a convolutional network, data on the backend. Reads the loss before the step. */
  trainConvolutional(network: ConvolutionalNetwork): Attempt;
  /** Value and both gradients of the scalar expression, fed with plain numbers. Reads the three. */
  scalar(): Attempt;
  /** The Hessian of the scalar expression times a vector, fed with plain numbers. Reads both elements. */
  scalarHvp(): Attempt;
  /** A long pointwise expression, or its gradient; input and result stay on the backend. Reads the result. */
  elementwise(work: Elementwise): Attempt;
  /** From a built graph of small operations to a program that has run once. Reads the ends of the chains, one after another. */
  compileChains(chains: Chains): Attempt;
  /** A run of the same. */
  runChains(chains: Chains): Attempt;
  /** A new Node process that imports the built package and ends. Reads its exit code. */
  importing(): Attempt;
  /** Bytes of resident memory, where it lives in another process. */
  resident?(): Promise<number>;
  /** Ends what it started beside this process. */
  close?(): Promise<void>;
}
