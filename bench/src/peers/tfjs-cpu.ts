import * as tf from '@tensorflow/tfjs-core';
import type { System } from '../system.js';
import '@tensorflow/tfjs-backend-cpu';
import { tfjs } from './tfjs.js';

/** TensorFlow.js on its plain JavaScript backend. */
export async function tfjsCpu(): Promise<System> {
  await tf.ready();
  return tfjs('tfjs-cpu', 'cpu', {});
}
