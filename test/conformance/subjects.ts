import * as tf from '@tensorflow/tfjs-core';
import { backends } from '../machine/backends.js';
import { gpujsBackends } from '../machine/gpujs.js';
import { tensorFlowBackends } from '../machine/tensorflow.js';
import { type Subject, subjectOf } from './subject.js';

/** All backends that run in Node without more than this repository installs. */
export const subjects: readonly Subject[] = [
  ...backends.map(([name, open]) => subjectOf(name, open)),
  ...tensorFlowBackends.map(([name, open]) => subjectOf(name, open, { held: () => tf.memory().numTensors })),
  ...gpujsBackends.slice(0, 1).map(([name, open]) => subjectOf(name, open)),
];
