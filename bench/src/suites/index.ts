import type { Entry } from '../backends.js';
import type { Case } from '../case.js';
import { chain } from './chain.js';
import { compile } from './compile.js';
import { mlp } from './mlp.js';
import { scalar } from './scalar.js';

/** The suites by name; each gives its cases for the backends that take part. */
export const SUITES: Readonly<Record<string, (entries: readonly Entry[]) => readonly Case[]>> = { scalar, chain, mlp, compile };
