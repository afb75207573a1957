import type { Case } from '../case.js';
import { chainSuite } from './chain.js';
import { compileSuite } from './compile.js';
import { convolutionSuite } from './convolution.js';
import { importSuite } from './import.js';
import { matmulSuite } from './matmul.js';
import { poolSuite } from './pool.js';
import { recomputeSuite } from './recompute.js';
import { scalarSuite } from './scalar.js';
import { cnnSuite, deepSuite, mlpSuite, subnormalSuite, tinySuite } from './training.js';

/** The suites by name, in the order in which they run. */
export const SUITES: Readonly<Record<string, () => readonly Case[]>> = {
  scalar: scalarSuite,
  chain: chainSuite,
  tiny: tinySuite,
  deep: deepSuite,
  mlp: mlpSuite,
  cnn: cnnSuite,
  subnormal: subnormalSuite,
  recompute: recomputeSuite,
  matmul: matmulSuite,
  convolution: convolutionSuite,
  pool: poolSuite,
  compile: compileSuite,
  import: importSuite,
};
