import { js } from '@tapegrad/backend-cpu';
import { BackendError, DTYPES, type DType, isFloat } from '@tapegrad/core';
import type { Outcome, Task } from '../oracle/outcome.js';
import { computed, type Results, wrongs } from './compare.js';
import { type Use, usesOf } from './ops.js';
import type { Subject } from './subject.js';

/** A use of an op, and what is right. */
export interface RightUse {
  readonly use: Use;
  readonly wanted: Results;
}

/** What the op table's lines give, by dtype, computed once by js. */
const references = new Map<DType, Promise<readonly RightUse[]>>();

/** The lines of the op table with what is right: those that a dtype has no instructions for are left out. */
export function rightUses(dtype: DType) {
  let known = references.get(dtype);
  if (!known) {
    known = Promise.all(
      usesOf(dtype).map(async (use) => ({ use, wanted: await attempted(() => computed(js, use.outputs, use.feeds)) })),
    ).then((all) => all.flatMap(({ use, wanted }) => (wanted ? [{ use, wanted }] : [])));
    references.set(dtype, known);
  }
  return known;
}

/** Null where an op has no meaning for a dtype: exp of an int32. */
async function attempted<T>(compute: () => Promise<T>): Promise<T | null> {
  try {
    return await compute();
  } catch {
    return null;
  }
}

/** How a backend does with one use: what it refuses, it has said why. */
export async function judgeUse({ open }: Subject, { use, wanted }: RightUse): Promise<Pick<Outcome, 'verdict' | 'reasons'>> {
  try {
    const reasons = wrongs(await computed(open, use.outputs, use.feeds), wanted, 5);
    return { verdict: reasons.length === 0 ? 'passed' : 'failed', reasons };
  } catch (error) {
    const verdict = error instanceof BackendError ? 'skipped' : 'failed';
    return { verdict, reasons: [error instanceof Error ? error.message : String(error)] };
  }
}

/** The dtypes that a backend may have: it has said which floats. */
export function dtypesOf({ floats }: Subject): DType[] {
  return DTYPES.filter((dtype) => !isFloat(dtype) || floats.some((float) => float === dtype));
}

/** Each op in each dtype: values, gradients and tangents as on js. */
export async function opTasks(subject: Subject): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const dtype of dtypesOf(subject)) {
    for (const right of await rightUses(dtype)) {
      const judge = async () => ({ id: `${right.use.op} of ${dtype}`, group: 'ops', ...(await judgeUse(subject, right)) });
      tasks.push({ group: 'ops', judge });
    }
  }
  return tasks;
}
