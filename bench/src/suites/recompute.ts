import type { Case } from '../case.js';
import { denseLosses } from '../reference/dense.js';
import { blockedMatmul } from '../reference/loops.js';
import { denseFlops, wideNetwork } from '../work/dense.js';
import { checkLosses } from './training.js';

/** One training step of 60 wide layers: with all that its derivatives read in memory, and in a third of that. */
export function recomputeSuite(): Case[] {
  const network = wideNetwork();
  const check = checkLosses('wide-sgd', () => denseLosses(network, 1));
  const common = { suite: 'recompute', flops: denseFlops(network), reference: blockedMatmul(256), long: true, check };
  return [
    { ...common, name: 'wide-sgd', prepare: (system) => system.train(network) },
    {
      ...common,
      name: 'wide-sgd-third',
      prepare: (system) => system.trainWithin?.(network, 1 / 3) ?? 'it cannot be told how much memory to take',
    },
  ];
}
