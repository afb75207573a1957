export { type TensorFlowOptions, tfjs } from './tfjs/backend.js';
export type { TensorFlow } from './tfjs/tensorflow.js';
