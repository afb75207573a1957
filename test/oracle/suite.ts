import { describe, expect, it } from 'vitest';
import { readOracle } from './format.js';
import type { Setting } from './judge-case.js';
import { tasksOf } from './tasks.js';

/** The oracle's groups as tests. */
export function oracleSuite(name: string, setting: Setting): void {
  const tasks = tasksOf(readOracle(), setting);
  describe(`oracle on ${name} in ${setting.dtype}`, () => {
    it.each([...new Set(tasks.map(({ group }) => group))])('%s', async (group) => {
      const failures: string[] = [];
      let passed = 0;
      for (const { judge } of tasks.filter((task) => task.group === group)) {
        const { id, verdict, reasons } = await judge();
        if (verdict === 'failed') failures.push(`${id}: ${reasons.join('; ')}`);
        if (verdict === 'passed') passed++;
      }
      expect(failures).toEqual([]);
      expect(passed).toBeGreaterThan(0);
    });
  });
}
