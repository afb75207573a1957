import { gpujs } from '@tapegrad/backend-gpu';
import type { Backend } from '@tapegrad/core';

/** gpu.js where there is no GPU, and on headless OpenGL. */
export const gpujsBackends: readonly [name: string, open: () => Backend][] = [
  ['gpujs:cpu', () => gpujs({ mode: 'cpu', allowCpu: true, missing: 'host' })],
  ['gpujs', () => gpujs({ missing: 'host' })],
];
