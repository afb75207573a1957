import type { System } from '../system.js';
import { openWebgpu } from '../webgpu.js';

/** TensorFlow.js on its WebGPU backend, over Dawn; or why there is none. */
export async function tfjsWebgpu(): Promise<System | string> {
  const webgpu = await openWebgpu();
  if (typeof webgpu === 'string') return webgpu;
  await webgpu.tf.setBackend('webgpu');
  const [{ tfjs }, { inItsOwnTime }] = await Promise.all([import('./tfjs.js'), import('./tfjs-work.js')]);
  const importing = () => 'a process that only imports it finds no GPU: that must be there before';
  return { ...tfjs('tfjs-webgpu', 'webgpu', inItsOwnTime), importing, adapter: webgpu.adapter };
}
