import { fileURLToPath } from 'node:url';
import { startProcess } from '../start-process.js';
import type { Prepared, System } from '../system.js';
import { DIRECTION, POINT } from '../work/scalar.js';
import { float32Of, LineProcess } from './line-process.js';

const SERVER = fileURLToPath(new URL('pytorch.py', import.meta.url));
const NO_COMPILER = 'runs op by op: there is nothing to compile';

/**
 * PyTorch on the CPU, in a process of its own that reads its own clock. Looks for a Python that has it: the one that `TAPEGRAD_PYTHON`
 * names, else `python3` and `/usr/bin/python3`.
 */
export async function torch(threads: number): Promise<System | string> {
  const named = process.env.TAPEGRAD_PYTHON;
  const complaints: string[] = [];
  // Its BLAS has threads of its own, which it does not tell how many there may be.
  const environment = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  for (const python of named ? [named] : ['python3', '/usr/bin/python3']) {
    try {
      return systemOf(python, threads, await LineProcess.start(python, [SERVER, String(threads)], environment));
    } catch (error) {
      complaints.push(`${python}: ${error instanceof Error ? error.message.split('\n').at(-1) : error}`);
    }
  }
  return `no Python with PyTorch (${complaints.join('; ')}). On Debian: apt-get install python3-torch libopenblas0-pthread (Debian's other BLAS is 25 times slower). TAPEGRAD_PYTHON names another Python.`;
}

function systemOf(python: string, threads: number, server: LineProcess): System {
  const prepare = async (kind: string, work: object): Promise<Prepared> => {
    const handle = await server.ask<number>({ prepare: kind, work });
    const time = (times: number): Promise<number> => server.ask({ run: handle, times });
    return {
      run: () => time(1),
      time,
      read: async () => float32Of(await server.ask<string>({ read: handle })),
      dispose: () => void server.ask({ forget: handle }),
    };
  };
  return {
    name: 'torch',
    threads,
    matmul: (product) => prepare('matmul', product),
    convolve: (work) => prepare('convolve', work),
    pool: (work) => prepare('pool', work),
    train: (network) => prepare('train', network),
    compileTraining: () => NO_COMPILER,
    trainConvolutional: (network) => prepare('trainConvolutional', network),
    scalar: () => prepare('scalar', POINT),
    scalarHvp: () => prepare('scalarHvp', { ...POINT, vx: DIRECTION.x, vy: DIRECTION.y }),
    elementwise: (work) => prepare('elementwise', work),
    compileChains: () => NO_COMPILER,
    runChains: (chains) => prepare('runChains', chains),
    importing: () => startProcess(python, ['-c', 'import torch']),
    resident: () => server.ask({ resident: true }),
    close: () => server.close(),
  };
}
