import { tfjs } from '@tapegrad/backend-gpu';
import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from 'tapegrad';

/** TensorFlow.js as a backend of ours: its kernels, called by our tapes. */
export function throughTfjs(backend: 'cpu' | 'wasm'): () => Backend {
  setThreadsCount(1);
  return () => tfjs({ tf, backend });
}
