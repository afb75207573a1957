import type { Case } from '../case.js';
import { straightLine } from '../reference/loops.js';
import { buildChains, type ChainOps, type Chains, chainsOf } from '../work/chains.js';
import { expectClose } from '../work/numbers.js';

const plain: ChainOps<number> = { add: (a, b) => a + b, scale: (a, factor) => a * factor, tanh: Math.tanh };

function checkEnds(work: Chains): Case['check'] {
  const width = work.x.length;
  return async (read) => {
    const got = await read();
    for (const i of [0, 17, width - 1]) {
      for (const [chain, want] of buildChains(work, work.x[i]!, plain).entries())
        expectClose(`chain ${chain} at ${i}`, got[chain * width + i]!, want, { absolute: 1e-5, relative: 1e-4 });
    }
  };
}

/** 1,000 and 16,000 nodes on vectors of 64, as one chain and as 32 independent ones: to compile (the first run included), and to run. */
export function compileSuite(): Case[] {
  return [1, 32].flatMap((chains) =>
    [1000, 16_000].flatMap((nodes): Case[] => {
      const label = chains === 1 ? `${nodes}` : `${nodes}-in-${chains}-chains`;
      const work = chainsOf(nodes, chains);
      const common = { suite: 'compile', flops: 0, reference: straightLine, check: checkEnds(work) };
      return [
        { ...common, name: `compile-${label}`, prepare: (system) => system.compileChains(work) },
        { ...common, name: `run-${label}`, prepare: (system) => system.runChains(work) },
      ];
    }),
  );
}
