/**
 * Measures everything that the pages tell of speed and memory, and writes it into them: `npm run docs:performance`, for some parts only
 * `npm run docs:performance -- times convolutions pools roofline memory`. Takes some twenty minutes on a machine that does nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { barChart } from '../chart.js';
import { groupsOf, shortSpan } from '../charts.js';
import type { Asked, Entrants } from '../options.js';
import { absenceList, machineText } from '../report.js';
import { measureResident } from '../resident/measure.js';
import * as resident from '../resident/report.js';
import { measureRoofline } from '../roofline/measure.js';
import * as roofline from '../roofline/report.js';
import { SUITES } from '../suites/index.js';
import { BACKENDS } from '../tapegrad/backends.js';
import { timeSuites } from '../time.js';
import { limitsTable } from './limits.js';
import { markdownTable } from './markdown.js';
import { withParts } from './parts.js';
import { ratesTable, timesTable } from './tables.js';

const PAGE = new URL('../../../docs/performance.md', import.meta.url);
const README = new URL('../../../README.md', import.meta.url);
const PICTURE = new URL('../../../docs/pictures/performance.svg', import.meta.url);

/** What the readme and the picture show, in words for those who do not know the cases. */
const SHOWN = {
  scalar: '20 scalar operations, both gradients',
  'tiny-sgd': 'step of 4-8-3, 16 rows',
  'deep-sgd': 'step of 60 layers of 32',
  'mlp-sgd': 'step of 784-256-128-10, 128 rows',
  'cnn-sgd': 'step of two convolutions, 32 rows',
  'chain-gradient': 'tanh(…)·exp(…) of a million, slope',
};

const one = (name: string): Asked => ({ name, threads: 1 });
const upToTwo = (name: string, most: number): Asked[] => [1, 2].filter((n) => n <= most).map((threads) => ({ name, threads }));
const entrants: Entrants = {
  backends: [one('js'), ...upToTwo('wasm', BACKENDS.wasm!.threads)],
  peers: [one('jax-js'), one('tfjs-wasm'), ...upToTwo('torch', 2)],
};

/** Single layers are compared with PyTorch only. */
const LAYERS: readonly string[] = ['convolution', 'pool'];
const besidePyTorch: Entrants = {
  backends: entrants.backends.filter(({ name }) => name === 'wasm'),
  peers: entrants.peers.filter(({ name }) => name === 'torch'),
};

function writeParts(file: URL, parts: Readonly<Record<string, string>>): void {
  writeFileSync(file, withParts(readFileSync(file, 'utf8'), parts));
}

const told = (text: string) => process.stderr.write(`${text} …\n`);

async function times(quick: boolean): Promise<void> {
  const suites = Object.keys(SUITES).filter((name) => !LAYERS.includes(name));
  const timed = await timeSuites({ suites, quick, ...entrants }, told);
  const { cases, measurements, absences, missing } = timed;
  const isProduct = ({ suite }: { readonly suite: string }): boolean => suite === 'matmul';
  const others = measurements.filter((record) => !isProduct(record));
  const names = Object.fromEntries(cases.filter((work) => !isProduct(work)).map(({ name }) => [name, name]));
  const absent = [...missing, ...absenceList(absences)].map((line) => `- ${line}`).join('\n');
  writeParts(PAGE, {
    machine: `${machineText()}.`,
    times: timesTable(others, names),
    products: ratesTable(measurements.filter(isProduct), cases.filter(isProduct)),
    absences: absent,
    limits: limitsTable(measurements),
  });
  const shown = measurements.filter((record) => record.case in SHOWN);
  writeParts(README, {
    times: timesTable(
      shown.filter(({ system }) => system !== 'reference'),
      SHOWN,
    ),
  });
  const title = 'Time a run; less is better';
  writeFileSync(PICTURE, barChart({ title, groups: groupsOf(shown, SHOWN), show: shortSpan }));
}

async function convolutions(quick: boolean): Promise<void> {
  const { cases, measurements } = await timeSuites({ suites: ['convolution'], quick, ...besidePyTorch }, told);
  writeParts(PAGE, { convolutions: ratesTable(measurements, cases) });
}

async function pools(quick: boolean): Promise<void> {
  const { cases, measurements } = await timeSuites({ suites: ['pool'], quick, ...besidePyTorch }, told);
  const names = Object.fromEntries(cases.map(({ name }) => [name, name]));
  writeParts(PAGE, {
    pools: timesTable(
      measurements.filter(({ system }) => system !== 'reference'),
      names,
    ),
  });
}

async function limits(): Promise<void> {
  const { roofs, steps } = await measureRoofline(one('wasm'));
  const profiles = Object.entries(steps).map(([name, shares]) => [
    name,
    `${roofline.summary(shares)}\n\n${markdownTable([roofline.COLUMNS, ...roofline.rowsOf(shares)], 2)}`,
  ]);
  writeParts(PAGE, { roofs: roofline.roofsText(roofs), ...Object.fromEntries(profiles) });
}

async function memory(): Promise<void> {
  const { measured } = await measureResident(entrants);
  writeParts(PAGE, { memory: markdownTable([resident.COLUMNS, ...resident.rowsOf(measured)], 1) });
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } });
const parts: Readonly<Record<string, () => Promise<void>>> = {
  times: () => times(values.quick),
  convolutions: () => convolutions(values.quick),
  pools: () => pools(values.quick),
  roofline: limits,
  memory,
};
const asked = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) throw new Error(`No part is called ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
for (const name of asked) await parts[name]!();
