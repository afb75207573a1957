import { tfjs } from '@tapegrad/backend-gpu';
import { create, globals } from 'webgpu';
import { WEBGPU } from './excuses.js';
import { type Subject, subjectOf } from './subject.js';

/**
 * TensorFlow.js on WebGPU in Node, over the package `webgpu`. It needs a loader of Vulkan and a driver, as LD_LIBRARY_PATH and
 * VK_ICD_FILENAMES say.
 */
export async function dawnSubject(): Promise<Subject> {
  const gpu = create([]);
  // Held here for good: were it collected while a device lives, the process would crash.
  Object.assign(globalThis, globals, { dawn: gpu });
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  // It registers itself only where there is a GPU when it is loaded.
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const lose = () => (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy();
  const open = () => tfjs({ tf, backend: 'webgpu', missing: 'host' });
  return subjectOf('tfjs:webgpu', open, { excuses: WEBGPU, held: () => tf.memory().numTensors, lose });
}
