import { Graph, matmul, TapeMachine, wasm } from 'tapegrad';
import { ready } from './threaded.js';

/** Runs on two threads, and comes to its end without ending them. */
const graph = new Graph();
const x = graph.input('x', [256, 256]);
const program = await new TapeMachine(graph, { backend: wasm({ threads: 2 }) }).compile({ y: matmul(matmul(x, x), x) });
const feeds = { x: new Float32Array(65536).fill(0.5) };
await program.run(feeds);
await ready();
console.log((await program.run(feeds)).y.data[0]);
