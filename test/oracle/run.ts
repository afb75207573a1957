import { resolve } from 'node:path';
import { backends as cpuBackends } from '../machine/backends.js';
import { gpujsBackends } from '../machine/gpujs.js';
import { tensorFlowBackends } from '../machine/tensorflow.js';
import type { Outcome } from './outcome.js';
import type { Float } from './program.js';
import { readOracle } from './read.js';
import { tasksOf } from './tasks.js';

const { TAPEGRAD_ORACLE: file, TAPEGRAD_BACKEND: asked = 'js', TAPEGRAD_DTYPE: wish } = process.env;

const backends = [...cpuBackends, ...tensorFlowBackends, ...gpujsBackends];

/** The backend of that name, or the first of that family: `tfjs` is `tfjs:cpu`. */
function backendOf(name: string): (typeof backends)[number] {
  const found = backends.find(([known]) => known === name) ?? backends.find(([known]) => known.startsWith(`${name}:`));
  if (found) return found;
  return refuse(`TAPEGRAD_BACKEND: there is no '${name}'; there are ${backends.map(([known]) => known).join(', ')}.`);
}

function floatOf(name: string): Float {
  if (name === 'float64' || name === 'float32') return name;
  return refuse(`TAPEGRAD_DTYPE: '${name}' is neither float64 nor float32.`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

const [backend, open] = backendOf(asked);
const dtype = floatOf(wish ?? (open().target.dtypes.has('float64') ? 'float64' : 'float32'));
const setting = { open, dtype };
const oracle = file ? readOracle(resolve(file)) : readOracle();
const outcomes: Outcome[] = [];
for (const { judge } of tasksOf(oracle, setting)) outcomes.push(await judge());

const count = (some: readonly Outcome[], verdict: Outcome['verdict']): string =>
  `${some.filter((outcome) => outcome.verdict === verdict).length} ${verdict}`;
const counts = (some: readonly Outcome[]): string =>
  (['passed', 'failed', 'skipped'] as const).map((verdict) => count(some, verdict)).join(', ');

console.log(`${backend}, ${dtype}`);
for (const group of new Set(outcomes.map((outcome) => outcome.group))) {
  console.log(`  ${group}: ${counts(outcomes.filter((outcome) => outcome.group === group))}`);
}
for (const { verdict, id, reasons } of outcomes) if (verdict !== 'passed') console.log(`${verdict} ${id}: ${reasons.join('; ')}`);
console.log(`oracle: ${counts(outcomes)}`);
process.exitCode = outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
