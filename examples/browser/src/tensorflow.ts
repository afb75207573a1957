// Loaded when somebody asks for it: TensorFlow.js is several times the size of the rest of the page.
import { tfjs } from '@tapegrad/backend-gpu';
import {
  backend as currentBackend,
  engine,
  findBackendFactory,
  getBackend,
  getKernel,
  registerBackend,
  removeBackend,
  setBackend,
  tensor,
} from '@tensorflow/tfjs-core';
import type { Backend } from 'tapegrad';

const registered = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** The backend of tapegrad that runs on one of TensorFlow.js. */
export async function openTensorFlow(backend: keyof typeof registered): Promise<Backend> {
  await registered[backend]();
  // Not the whole module: a bundle holds only what is asked of it.
  const calls = { engine, findBackendFactory, getBackend, getKernel, registerBackend, removeBackend, setBackend, tensor };
  return tfjs({ tf: { ...calls, backend: currentBackend }, backend });
}
