import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { BACKENDS } from './backends.js';
import type { Case } from './case.js';
import { type Measurement, measure, QUICK, THOROUGH } from './measure.js';
import { type Options, readOptions, USAGE } from './options.js';
import { table } from './report.js';
import { SUITES } from './suites/index.js';

async function bench({ suites, backends, json, quick }: Options): Promise<void> {
  const cases: Case[] = suites.flatMap((suite) => SUITES[suite]!(backends.map((name) => ({ name, make: BACKENDS[name]! }))));
  const measurements: Measurement[] = [];
  for (const work of cases) {
    process.stderr.write(`${work.suite}: ${work.name} …\n`);
    measurements.push(...(await measure(work, quick ? QUICK : THOROUGH)));
  }
  console.log(
    `Node ${process.versions.node} on ${cpus()[0]?.model ?? 'an unknown processor'}; times a run, median of the best window.\n`,
  );
  console.log(table(cases, measurements));
  if (json) writeFileSync(json, `${JSON.stringify(measurements, null, 2)}\n`);
}

const suites = Object.keys(SUITES);
const backends = Object.keys(BACKENDS);
try {
  const options = readOptions(process.argv.slice(2), suites, backends);
  if (options.help) console.log(USAGE.replace('SUITES', suites.join(', ')).replace('BACKENDS', backends.join(', ')));
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
