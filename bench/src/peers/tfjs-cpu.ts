import * as tf from '@tensorflow/tfjs-core';
import type { System } from '../system.js';
import '@tensorflow/tfjs-backend-cpu';
import { tfjs } from './tfjs.js';

/** TensorFlow.js on its plain JavaScript backend. */
export async function tfjsCpu(): Promise<System> {
  await tf.ready();
  const all = tfjs('tfjs-cpu', 'cpu');
  return { ...all, matmul: (product) => (product.size > 1024 ? 'takes 20 s a run' : all.matmul(product)) };
}
