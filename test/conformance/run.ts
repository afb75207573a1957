import { readOracle } from '../oracle/read.js';
import { memoryTasks } from './behaviour.js';
import type { Subject } from './subject.js';
import { conformanceTasks } from './tasks.js';

const names = process.argv.slice(2);
const all = names.includes('tfjs:webgpu') ? await webgpuSubject() : await nodeSubjects();
const unknown = names.filter((name) => !all.some((subject) => subject.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no backend ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}, and tfjs:webgpu alone.`,
  );
  process.exit(2);
}
const oracle = readOracle();
for (const subject of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const skips = new Map<string, string[]>();
  for (const { judge } of [...(await conformanceTasks(subject, oracle)), ...memoryTasks(subject)]) {
    const { group, id, verdict, reasons } = await judge();
    counts[verdict]++;
    if (verdict === 'failed') console.log(`${subject.name}: failed ${group}: ${id}: ${reasons.join('; ')}`);
    if (verdict === 'skipped') skips.set(reasons[0]!, [...(skips.get(reasons[0]!) ?? []), id]);
  }
  for (const [reason, ids] of skips) console.log(`${subject.name}: skipped ${[...new Set(ids)].join(', ')}: ${reason}`);
  console.log(`${subject.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
}

/** Loaded alone: TensorFlow.js looks for a GPU when it is loaded. */
async function webgpuSubject(): Promise<readonly Subject[]> {
  return [await (await import('./dawn.js')).dawnSubject()];
}

/** Loaded late, for the same reason. */
async function nodeSubjects(): Promise<readonly Subject[]> {
  return (await import('./subjects.js')).subjects;
}
