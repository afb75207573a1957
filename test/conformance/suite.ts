import { describe, expect, it } from 'vitest';
import type { Task } from '../oracle/outcome.js';

/** Tasks as tests, one for each of their groups. Every skip has a reason. */
export function suiteOf(name: string, tasks: readonly Task[]): void {
  describe(name, () => {
    it.each([...new Set(tasks.map(({ group }) => group))])('%s', async (group) => {
      const failures: string[] = [];
      let passed = 0;
      for (const { judge } of tasks.filter((task) => task.group === group)) {
        const { id, verdict, reasons } = await judge();
        if (verdict === 'failed') failures.push(`${id}: ${reasons.join('; ')}`);
        if (verdict === 'passed') passed++;
        if (verdict === 'skipped') expect(reasons.join(), id).not.toBe('');
      }
      expect(failures).toEqual([]);
      expect(passed).toBeGreaterThan(0);
    });
  });
}
