export { readIdx } from './idx.js';
export { type LabelledImages, type Mnist, readMnist } from './mnist.js';
