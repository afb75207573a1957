import type { Case } from '../case.js';
import { copy } from '../reference/loops.js';
import { chainAt, chainSlopeAt, elementwise } from '../work/elementwise.js';
import { expectClose } from '../work/numbers.js';

/** A pointwise expression over a million float32, and its gradient. */
export function chainSuite(): Case[] {
  return [false, true].map((derivative) => {
    const work = elementwise(derivative);
    const want = derivative ? chainSlopeAt : chainAt;
    return {
      suite: 'chain',
      name: derivative ? 'chain-gradient' : 'chain-forward',
      flops: 0,
      reference: copy,
      prepare: (system) => system.elementwise(work),
      async check(read) {
        const got = await read();
        for (let i = 0; i < work.x.length; i += 997)
          expectClose(`chain at ${work.x[i]}`, got[i]!, want(work.x[i]!), { absolute: 1e-5, relative: 1e-4 });
      },
    };
  });
}
