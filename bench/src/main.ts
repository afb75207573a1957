import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Case } from './case.js';
import { charts } from './charts.js';
import { type Absence, contest, type Measurement } from './contest.js';
import { QUICK, THOROUGH } from './measure.js';
import { type Choices, type Options, readOptions, usage } from './options.js';
import { PEERS } from './peers/index.js';
import { absenceList, table } from './report.js';
import { SUITES } from './suites/index.js';
import type { System } from './system.js';
import { BACKENDS } from './tapegrad/backends.js';
import { tapegrad } from './tapegrad/system.js';

async function bench({ suites, backends, peers, json, svg, quick }: Options): Promise<void> {
  const systems: System[] = backends.map(({ name, threads }) => tapegrad(name, threads, () => BACKENDS[name]!.open(threads)));
  const missing: string[] = [];
  for (const { name, threads } of peers) {
    const peer = await PEERS[name]!.open(threads);
    if (typeof peer === 'string') missing.push(`${name}: ${peer}`);
    else systems.push(peer);
  }
  const cases: Case[] = suites.flatMap((suite) => SUITES[suite]!()).filter(({ long }) => !(quick && long));
  const measurements: Measurement[] = [];
  const absences: Absence[] = [];
  for (const work of cases) {
    process.stderr.write(`${work.suite}: ${work.name} …\n`);
    const outcome = await contest(work, systems, quick ? QUICK : THOROUGH);
    measurements.push(...outcome.measurements);
    absences.push(...outcome.absences);
  }
  const processor = cpus()[0]?.model ?? 'an unknown processor';
  console.log(`Node ${process.versions.node} on ${cpus().length} × ${processor}; times a run, median of the best window.\n`);
  console.log(table(cases, measurements));
  const absent = [...missing, ...absenceList(absences)];
  if (absent.length > 0) console.log(`\nNot taking part:\n${absent.join('\n')}`);
  for (const system of systems) await system.close?.();
  if (json) writeFileSync(json, `${JSON.stringify(measurements, null, 2)}\n`);
  if (svg) {
    mkdirSync(svg, { recursive: true });
    for (const [suite, chart] of charts(measurements)) writeFileSync(join(svg, `${suite}.svg`), chart);
  }
}

const choices: Choices = { suites: Object.keys(SUITES), backends: BACKENDS, peers: PEERS };
try {
  const options = readOptions(process.argv.slice(2), choices);
  if (options.help) console.log(usage(choices));
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
