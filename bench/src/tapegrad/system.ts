import type { Backend } from 'tapegrad';
import type { Adapter } from '../adapter.js';
import { startNode } from '../start-process.js';
import type { System } from '../system.js';
import { isBuilt } from './built.js';
import { compileChains, runChains } from './chains.js';
import { convolve } from './convolution.js';
import { trainConvolutional } from './convolutional.js';
import { compileTraining, train, trainWithin } from './dense.js';
import { elementwise } from './elementwise.js';
import { matmul } from './matmul.js';
import { pool } from './pool.js';
import { scalar, scalarHvp } from './scalar.js';

/** One of our backends as a system. */
export function tapegrad(name: string, threads: number, open: () => Backend, adapter: Adapter | null = null): System {
  return {
    name,
    threads,
    ...(adapter ? { adapter } : {}),
    matmul: (product) => matmul(open(), product),
    convolve: (work) => convolve(open(), work),
    pool: (work) => pool(open(), work),
    train: (network) => train(open(), network),
    trainWithin: (network, share) => trainWithin(open(), network, share),
    compileTraining: (network) => compileTraining(open(), network),
    trainConvolutional: (network) => trainConvolutional(open(), network),
    scalar: () => scalar(open()),
    scalarHvp: () => scalarHvp(open()),
    elementwise: (work) => elementwise(open(), work),
    compileChains: (chains) => compileChains(open(), chains),
    runChains: (chains) => runChains(open(), chains),
    importing: () => (isBuilt() ? startNode('tapegrad') : 'the packages are not built: npm run build'),
  };
}
