export * from '@tapegrad/backend-cpu';
export * from '@tapegrad/core';
export * from '@tapegrad/ops';
// Of the two things called `linear`, people want the layer's op; the form of linear ops is defineOp({ kind: 'linear', … }).
export { linear } from '@tapegrad/ops';
export * from '@tapegrad/train';
// The ones of core with ops as methods, and with a default backend.
export { Graph } from './graph.js';
export { TapeMachine } from './machine.js';
