import { suiteOf } from '../conformance/suite.js';
import type { Setting } from './judge-case.js';
import { readOracle } from './read.js';
import { tasksOf } from './tasks.js';

/** The oracle's groups as tests. */
export function oracleSuite(name: string, setting: Setting): void {
  suiteOf(`oracle on ${name} in ${setting.dtype}`, tasksOf(readOracle(), setting));
}
