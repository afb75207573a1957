import type { Case } from '../case.js';
import { startNode } from '../start-process.js';
import { expectClose } from '../work/numbers.js';

/** A process that imports the library and does nothing, beside one that imports nothing. */
export function importSuite(): Case[] {
  return [
    {
      suite: 'import',
      name: 'import',
      flops: 0,
      reference: { name: 'bare Node', flops: 0, prepare: () => startNode() },
      prepare: (system) => system.importing(),
      check: async (read) => expectClose('import, exit code', (await read())[0]!, 0),
    },
  ];
}
