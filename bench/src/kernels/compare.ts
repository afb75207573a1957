import { BackendError } from 'tapegrad';
import { type Effort, type Entrant, QUICK, timeInTurn } from '../measure.js';
import type { Asked } from '../options.js';
import { machineText } from '../report.js';
import type { Prepared } from '../system.js';
import { BACKENDS, type OpenedBackend } from '../tapegrad/backends.js';
import { errorOf } from './accuracy.js';
import { kernelWork } from './kernel-work.js';
import type { Operation } from './operations.js';
import { overheadWork } from './overhead-work.js';
import type { Comparison, Contender, KernelRecord, Omission } from './record.js';
import type { Work } from './work.js';

const SHORT: Effort = { windows: 3, window: 200 };
/** Milliseconds; a run that would take longer, going by the next smaller size, is left out. */
const LONGEST_RUN = 3000;

type Opened = Contender & OpenedBackend;

/** Compares backends by operations, one after another, each checked before it is timed; tells of each work before it begins. */
export async function compareKernels(
  asked: readonly Asked[],
  operations: readonly Operation[],
  quick: boolean,
  tell: (text: string) => void,
): Promise<Comparison> {
  const { opened, missing } = await openAll(asked);
  const records: KernelRecord[] = [];
  const omissions: Omission[] = [];
  for (const work of [...overheadWork(quick), ...operations.flatMap((operation) => kernelWork(operation, quick))]) {
    tell(`${work.operation} ${work.dtype} ${work.shapes}`);
    const outcome = await compare(work, opened, records, quick ? QUICK : SHORT);
    records.push(...outcome.records);
    omissions.push(...outcome.omissions);
  }
  const contenders = opened.map(({ system, threads, adapter }) => ({ system, threads, adapter }));
  return { machine: machineText(), contenders, records, omissions, missing };
}

async function openAll(asked: readonly Asked[]): Promise<{ opened: Opened[]; missing: string[] }> {
  const opened: Opened[] = [];
  const missing: string[] = [];
  for (const { name, threads } of asked) {
    const found = await BACKENDS[name]!.load();
    if (typeof found === 'string') missing.push(`${name}: ${found}`);
    else opened.push({ system: name, threads, ...found });
  }
  return { opened, missing };
}

interface Ready {
  readonly contender: Opened;
  readonly prepared: Prepared;
  readonly error: number;
}

async function compare(
  work: Work,
  contenders: readonly Opened[],
  before: readonly KernelRecord[],
  effort: Effort,
): Promise<{ records: KernelRecord[]; omissions: Omission[] }> {
  const ready: Ready[] = [];
  const omissions: Omission[] = [];
  for (const contender of contenders) {
    const entered = tooLong(work, contender, before) ?? (await enter(work, contender));
    if ('reason' in entered) {
      const { operation, dtype, shapes } = work;
      const { system, threads } = contender;
      omissions.push({ operation, dtype, shapes, system, threads, ...entered });
    } else ready.push({ contender, ...entered });
  }
  const entrants = await timeInTurn(
    ready.map(({ prepared }) => prepared),
    effort,
  );
  const records = ready.map((one, i) => recordOf(work, one, entrants[i]!));
  for (const { prepared } of ready) prepared.dispose?.();
  return { records, omissions };
}

type Reason = Pick<Omission, 'reason' | 'defect'>;

/** Work made ready and checked, or why there is none. */
async function enter(work: Work, { open, threads }: Opened): Promise<Pick<Ready, 'prepared' | 'error'> | Reason> {
  const backend = open(threads);
  if (!backend.target.dtypes.has(work.dtype)) return { reason: `has no ${work.dtype}`, defect: false };
  let prepared: Prepared | null = null;
  try {
    prepared = await work.prepare(backend);
    return { prepared, error: errorOf(await prepared.read(), await work.want(), work.dtype) };
  } catch (error) {
    prepared?.dispose?.();
    return { reason: error instanceof Error ? error.message : String(error), defect: !(error instanceof BackendError) };
  }
}

/** Will a run take too long, if its time grows as its operations or bytes do? */
export function tooLong(work: Work, { system, threads }: Contender, before: readonly KernelRecord[]): Reason | null {
  const smaller = before.findLast(
    (record) =>
      record.operation === work.operation &&
      record.dtype === work.dtype &&
      record.system === system &&
      record.threads === threads,
  );
  if (!smaller) return null;
  const expected = smaller.median * (work.flops > 0 ? work.flops / smaller.flops : work.bytes / smaller.bytes);
  if (expected <= LONGEST_RUN) return null;
  return { reason: `a run would take more than ${LONGEST_RUN / 1000} s, going by the next smaller size`, defect: false };
}

function recordOf(work: Work, { contender, error }: Ready, { medians, min, max, runs }: Entrant): KernelRecord {
  const { kind, operation, dtype, shapes, elements, bytes, flops } = work;
  const median = Math.min(...medians);
  return {
    kind,
    operation,
    dtype,
    shapes,
    elements,
    bytes,
    flops,
    system: contender.system,
    threads: contender.threads,
    unit: 'ms',
    median,
    min,
    max,
    runs,
    runsPerSecond: 1000 / median,
    bandwidth: bytes > 0 ? bytes / median / 1e6 : null,
    arithmetic: flops > 0 ? flops / median / 1e6 : null,
    error,
  };
}
