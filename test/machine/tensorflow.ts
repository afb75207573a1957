import { tfjs } from '@tapegrad/backend-gpu';
import type { Backend } from '@tapegrad/core';
import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

setThreadsCount(1);

/** TensorFlow.js on backends that need no GPU. */
export const tensorFlowBackends: readonly [name: string, open: () => Backend][] = [
  ['tfjs:cpu', () => tfjs({ tf, backend: 'cpu', missing: 'host' })],
  ['tfjs:wasm', () => tfjs({ tf, backend: 'wasm', missing: 'host' })],
];
