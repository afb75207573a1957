export { type GpuOptions, gpujs } from './gpujs/backend.js';
export { type TensorFlowOptions, tfjs } from './tfjs/backend.js';
export type { TensorFlow } from './tfjs/tensorflow.js';
