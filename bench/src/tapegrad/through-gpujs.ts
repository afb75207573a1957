import { existsSync } from 'node:fs';
import { gpujs } from '@tapegrad/backend-gpu';
import { add, BackendError, Graph, TapeMachine } from 'tapegrad';
import { type Adapter, adapterOf } from '../adapter.js';
import type { OpenedBackend } from './backends.js';

/** gpu.js on a GPU, by the name that a first program learns; or why there is none. All machines share it. */
export async function throughGpujs(): Promise<OpenedBackend | string> {
  const backend = gpujs();
  const graph = new Graph();
  const machine = new TapeMachine(graph, { backend });
  try {
    const program = await machine.compile({ y: add(graph.scalar('x'), 1) });
    await program.run({ x: 1 });
    const adapter = describe(machine.device ?? '');
    machine.dispose();
    return { open: () => backend, adapter };
  } catch (error) {
    if (error instanceof BackendError) return error.message.replace(/^gpujs: /, '');
    throw error;
  }
}

/** In Node the package gl keeps the driver's name to itself. On Linux it can be no GPU's where there is no device file of one. */
function describe(name: string): Adapter {
  if (!name.startsWith('HeadlessGL')) return adapterOf(name);
  const mayBeGpu = process.platform !== 'linux' || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((file) => existsSync(file));
  return { name, software: mayBeGpu ? null : true };
}
