import { createRequire } from 'node:module';
import { join } from 'node:path';
import { tfjs } from '@tapegrad/backend-gpu';
import { WEBGPU } from './excuses.js';
import { type Subject, subjectOf } from './subject.js';

/** What we need of the package `webgpu`, which is Dawn for Node. */
interface Dawn {
  readonly globals: object;
  create(options: readonly string[]): object;
}

/**
 * TensorFlow.js on WebGPU in Node, over the package `webgpu`: of 130 MB, so that it is no dependency, but a folder that `TAPEGRAD_DAWN` names.
 * It needs a loader of Vulkan and a driver, as LD_LIBRARY_PATH and VK_ICD_FILENAMES say.
 */
export async function dawnSubject(): Promise<Subject> {
  const folder = process.env.TAPEGRAD_DAWN;
  if (!folder) throw new Error('tfjs:webgpu: give the folder in which the package webgpu is installed as TAPEGRAD_DAWN.');
  const { globals, create } = createRequire(join(folder, 'node_modules/'))('webgpu') as Dawn;
  // Held here for good: were it collected while a device lives, the process would crash.
  Object.assign(globalThis, globals, { dawn: create([]) });
  const navigator = { gpu: (globalThis as { dawn?: object }).dawn };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  // It registers itself only where there is a GPU when it is loaded.
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const lose = () => (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy();
  const open = () => tfjs({ tf, backend: 'webgpu', missing: 'host' });
  return subjectOf('tfjs:webgpu', open, { excuses: WEBGPU, held: () => tf.memory().numTensors, lose });
}
