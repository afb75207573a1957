import type { TypedArray } from '@tapegrad/core';
import type { Texture } from './gpu.js';

/** The values of one slot: on the GPU, or what stands for it; or in this process, where the GPU has no such dtype. */
export type Values = Texture | Float32Array | HostValues;

/** Values that stay in this process. */
export class HostValues {
  readonly array: TypedArray;

  constructor(array: TypedArray) {
    this.array = array;
  }
}

function isTexture(values: Values): values is Texture {
  return !(values instanceof Float32Array || values instanceof HostValues);
}

/** Another hold on values. */
export function retain(values: Values): Values {
  return isTexture(values) ? values.clone() : values;
}

/** Lets go of values. */
export function release(values: Values | null | undefined): void {
  if (values && isTexture(values)) values.delete();
}
