import { tfjs } from '@tapegrad/backend-gpu';
import { openWebgpu } from '../webgpu.js';
import type { OpenedBackend } from './backends.js';

/** TensorFlow.js on WebGPU in Node as a backend of ours, or why there is none. */
export async function throughWebgpu(): Promise<OpenedBackend | string> {
  const webgpu = await openWebgpu();
  if (typeof webgpu === 'string') return webgpu;
  const { tf, adapter } = webgpu;
  return { open: () => tfjs({ tf, backend: 'webgpu' }), adapter };
}
