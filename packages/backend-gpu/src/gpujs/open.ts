import { BackendError } from '@tapegrad/core';
import { Device } from './device.js';
import type { Gpu, GpuConstructor } from './gpu.js';

/** The modes of gpu.js whose kernels run on OpenGL, the best first. */
const ON_GPU = ['webgl2', 'webgl', 'headlessgl'] as const;

/** What of gpu.js is used, and where it may run. */
export interface DeviceOptions {
  /** An instance of gpu.js's `GPU`, of a mode of your choice; one is made unless it is given. */
  readonly gpu?: unknown;
  /** May kernels run in JavaScript where gpu.js finds no GPU? False unless said: programs are refused then. */
  readonly allowCpu?: boolean;
  /** One of gpu.js's modes: 'webgl2', 'webgl', 'headlessgl', or 'cpu'; the first of them that there is unless said. */
  readonly mode?: (typeof ON_GPU)[number] | 'cpu';
}

/** Opens the GPU. Throws `BackendError` where gpu.js is not installed, finds no GPU, or one that cannot keep float32. */
export async function openDevice({ gpu, allowCpu = false, mode }: DeviceOptions): Promise<Device> {
  const found = (gpu as Gpu | undefined) ?? instance(await load(), mode ? [mode] : [...ON_GPU, ...(allowCpu ? ['cpu'] : [])]);
  const { Kernel } = found;
  if (Kernel.mode !== 'gpu' && !allowCpu) {
    throw new BackendError(
      `gpujs: gpu.js would run kernels as ${Kernel.name}, not on a GPU. Allow it with gpujs({ allowCpu: true }), or give a gpu of another mode.`,
    );
  }
  if (Kernel.mode !== 'gpu' && Kernel.name !== 'CPUKernel')
    throw new BackendError(
      `gpujs: kernels of the kind ${Kernel.name} are not supported. Use the modes ${ON_GPU.join(', ')} or cpu.`,
    );
  if (Kernel.features?.isFloatRead === false)
    throw new BackendError('gpujs: this GPU does not give float32 back. Choose another backend.');
  return new Device(found, { allowCpu, isOwn: gpu === undefined });
}

async function load(): Promise<GpuConstructor> {
  try {
    const module = (await import('gpu.js')) as unknown as { GPU?: GpuConstructor; default?: { GPU?: GpuConstructor } };
    return (module.GPU ?? module.default?.GPU)!;
  } catch (cause) {
    throw new BackendError('gpujs: gpu.js is not installed. Install it: npm install gpu.js', { cause });
  }
}

/** The first of some modes that there is. */
function instance(GPU: GpuConstructor, modes: readonly string[]): Gpu {
  for (const mode of modes) {
    try {
      return new GPU({ mode });
    } catch {
      // It throws for a mode that is not supported here.
    }
  }
  throw new BackendError(
    `gpujs: gpu.js finds no GPU here (it was asked for ${modes.join(', ')}). In Node it needs the package gl and an X server: on Debian, apt-get install libgl1 xvfb, and start with xvfb-run. gpujs({ allowCpu: true }) runs kernels in JavaScript.`,
  );
}
