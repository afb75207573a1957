import type { TypedArray } from '@tapegrad/core';

/** The dtypes that TensorFlow.js shares with us. */
export type DeviceType = 'float32' | 'int32' | 'bool';

/** A tensor of TensorFlow.js, as far as we need one. */
export interface TensorHandle {
  data(): Promise<TypedArray>;
  dataSync(): TypedArray;
  dispose(): void;
}

/** Numbers, words, lists and records: what its kernels take besides tensors. */
export type Attribute = number | string | boolean | readonly Attribute[] | { readonly [name: string]: Attribute };
/** Attributes of a kernel by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/**
 * What we need of `@tensorflow/tfjs-core`, which `@tensorflow/tfjs`, `tfjs-node` and `tfjs-node-gpu` hand on. Its kernels are called by name:
 * they are the whole of what its backends have in common.
 */
export interface TensorFlow {
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  /** The present backend itself. */
  backend(): unknown;
  findBackendFactory(name: string): unknown;
  registerBackend(name: string, factory: never): boolean;
  removeBackend(name: string): void;
  getKernel(name: string, backend: string): unknown;
  tensor(values: never, shape: number[], dtype: DeviceType): TensorHandle;
  engine(): { runKernel(name: string, inputs: never, attributes: never): unknown };
}
