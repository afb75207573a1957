import type { Oracle } from '../oracle/format.js';
import { caseTask } from '../oracle/judge-case.js';
import type { Task } from '../oracle/outcome.js';
import { behaviourTasks, lossTasks } from './behaviour.js';
import { opTasks } from './op-tasks.js';
import { randomTasks } from './random.js';
import type { Subject } from './subject.js';
import { trainingTasks } from './training.js';

/** All that a backend is held to, but for memory. It needs nothing of Node, so that a page can run it. */
export async function conformanceTasks(subject: Subject, oracle: Oracle): Promise<Task[]> {
  const { open, floats } = subject;
  const oracleTasks = floats.flatMap((dtype) => oracle.cases.map((stored) => caseTask(stored, { open, dtype })));
  const tasks = [
    ...oracleTasks,
    ...(await opTasks(subject)),
    ...trainingTasks(subject),
    ...randomTasks(subject),
    ...behaviourTasks(subject),
    ...lossTasks(subject),
  ];
  return tasks.map((task) => excusing(task, subject));
}

/** A failure that is excused is a skip, with its reason. */
export function excusing({ group, judge }: Task, { excuses = [] }: Subject): Task {
  return {
    group,
    judge: async () => {
      const outcome = await judge();
      const excuse = excuses.find(({ cases }) => cases.test(`${group}: ${outcome.id}`));
      if (outcome.verdict !== 'failed' || !excuse) return outcome;
      return { ...outcome, verdict: 'skipped', reasons: [excuse.reason, ...outcome.reasons] };
    },
  };
}
