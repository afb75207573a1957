import { type Adapter, adapterOf } from './adapter.js';

/** TensorFlow.js whose WebGPU backend has an adapter. */
export interface Webgpu {
  readonly tf: typeof import('@tensorflow/tfjs-core');
  readonly adapter: Adapter;
}

let opened: Promise<Webgpu | string> | undefined;

/**
 * TensorFlow.js on WebGPU, which the package `webgpu` (Dawn) brings to Node; or why there is none. Whoever asks for it gets the same.
 * TensorFlow.js looks for WebGPU when its backend is loaded, so that is made ready before.
 */
export function openWebgpu(): Promise<Webgpu | string> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Webgpu | string> {
  const { create, globals } = await import('webgpu');
  // It must be held for as long as devices are in use, which the navigator does: they would die with it.
  const gpu = create([]);
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; later ones have one of their own.
  const scope = globalThis as unknown as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) {
    return 'there is no WebGPU adapter: on Linux it takes libvulkan.so.1 and a driver, which VK_ICD_FILENAMES may name (docs/performance.md)';
  }
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  // It would compute small things on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  return { tf, adapter: describe(adapter.info) };
}

function describe({ vendor, architecture, device, description, isFallbackAdapter }: GPUAdapterInfo): Adapter {
  const named = adapterOf([...new Set([vendor, architecture, device, description])].filter(Boolean).join(', '));
  return { ...named, software: named.software || isFallbackAdapter };
}
