/** A process for one system: `node child.js backend wasm 1` prints its resident memory after steps of mlp-sgd, or why there is none, as JSON. */
import { openSystem } from '../open.js';
import { residentAfter } from './train.js';

const [kind, name, threads] = process.argv.slice(2) as ['backend' | 'peer', string, string];
const system = await openSystem(kind, { name, threads: Number(threads) });
console.log(JSON.stringify(typeof system === 'string' ? system : await residentAfter(system)));
// Threads of a library may not keep it alive.
process.exit();
