import type { Oracle } from './format.js';
import { caseTask, type Setting } from './judge-case.js';
import { trainingTasks } from './judge-training.js';
import type { Task } from './outcome.js';

/** All that an oracle asks; training only in float64. */
export function tasksOf(oracle: Oracle, setting: Setting): Task[] {
  const cases = oracle.cases.map((stored) => caseTask(stored, setting));
  return setting.dtype === 'float64' ? [...cases, ...trainingTasks(oracle, setting.open)] : cases;
}
