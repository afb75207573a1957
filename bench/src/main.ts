import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { charts } from './charts.js';
import { compareKernels } from './kernels/compare.js';
import { crossovers } from './kernels/crossover.js';
import { OPERATIONS } from './kernels/operations.js';
import { comparisonPage } from './kernels/page.js';
import { comparisonText } from './kernels/table.js';
import { type Choices, type Options, readOptions, usage } from './options.js';
import { PEERS } from './peers/index.js';
import { absenceList, machineText, table } from './report.js';
import { measureResident } from './resident/measure.js';
import { residentText } from './resident/report.js';
import { measureRoofline } from './roofline/measure.js';
import { rooflineText } from './roofline/report.js';
import { SUITES } from './suites/index.js';
import { BACKENDS } from './tapegrad/backends.js';
import { timeSuites } from './time.js';

function tell(text: string): void {
  process.stderr.write(`${text} …\n`);
}

async function time(options: Options): Promise<void> {
  const { cases, measurements, absences, missing, adapters } = await timeSuites(options, tell);
  console.log([`${machineText()}; times a run, median of the best window.`, ...adapters, ''].join('\n'));
  console.log(table(cases, measurements));
  tellMissing([...missing, ...absenceList(absences)]);
  const { json, svg } = options;
  if (json) writeFileSync(json, `${JSON.stringify(measurements, null, 2)}\n`);
  if (svg) {
    mkdirSync(svg, { recursive: true });
    for (const [suite, chart] of charts(measurements)) writeFileSync(join(svg, `${suite}.svg`), chart);
  }
}

async function kernels({ backends, operations, quick, json, html }: Options): Promise<void> {
  const asked = OPERATIONS.filter(({ name }) => operations.includes(name));
  const comparison = await compareKernels(backends, asked, quick, tell);
  console.log(comparisonText(comparison));
  const turns = crossovers(comparison.contenders, comparison.records);
  if (json) writeFileSync(json, `${JSON.stringify({ ...comparison, crossovers: turns }, null, 2)}\n`);
  if (html) writeFileSync(html, comparisonPage(comparison));
  if (comparison.omissions.some(({ defect }) => defect)) process.exitCode = 1;
}

async function roofline({ backends }: Options): Promise<void> {
  console.log(`${machineText()}.`);
  for (const backend of backends) console.log(`\n${rooflineText(await measureRoofline(backend))}`);
}

async function memory(options: Options): Promise<void> {
  const { measured, missing } = await measureResident(options);
  console.log(`${machineText()}; a step is mlp-sgd.\n`);
  console.log(residentText(measured));
  tellMissing(missing);
}

function tellMissing(lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\nNot taking part:\n${lines.join('\n')}`);
}

const choices: Choices = {
  suites: Object.keys(SUITES),
  operations: OPERATIONS.map(({ name }) => name),
  backends: BACKENDS,
  peers: PEERS,
};
const tasks = { time, kernels, roofline, memory };
try {
  const options = readOptions(process.argv.slice(2), choices);
  if (options.help) console.log(usage(choices));
  else await tasks[options.task](options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
