import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { System } from '../system.js';
import { tfjs } from './tfjs.js';

/** TensorFlow.js on its WebAssembly backend, one thread: in Node it has no more. */
export async function tfjsWasm(): Promise<System> {
  setThreadsCount(1);
  await tf.setBackend('wasm');
  return { ...tfjs('tfjs-wasm', 'wasm'), trainConvolutional: () => 'has no gradient of a convolution' };
}
