import type { Case } from '../case.js';
import { blockedMatmul } from '../reference/loops.js';
import { expectClose } from '../work/numbers.js';
import { PARTS, type PoolShape, pool, pooled, poolFlops } from '../work/pool.js';

/** Layers of nets in common use. */
const SHAPES: Readonly<Record<string, PoolShape>> = {
  'max-3x3-stride-2': { kind: 'max', batch: 8, channels: 64, size: 112, kernel: 3, stride: 2, padding: 1 },
  'max-3x3': { kind: 'max', batch: 8, channels: 64, size: 56, kernel: 3, stride: 1, padding: 1 },
  'max-2x2': { kind: 'max', batch: 32, channels: 16, size: 28, kernel: 2, stride: 2, padding: 0 },
  'average-3x3-stride-2': { kind: 'average', batch: 8, channels: 64, size: 112, kernel: 3, stride: 2, padding: 1 },
  'average-3x3': { kind: 'average', batch: 8, channels: 64, size: 56, kernel: 3, stride: 1, padding: 1 },
};
/** Under `--quick` only those with fewer operations run. */
const MANY = 10e6;

/** Pools of images, forward, and forward with the gradient by the images. */
export function poolSuite(): Case[] {
  return Object.entries(SHAPES).flatMap(([name, shape]) =>
    PARTS.map((part) => {
      const work = pool(shape, part);
      const flops = poolFlops(work);
      let wanted: Float64Array | null = null;
      return {
        suite: 'pool',
        name: `${name}-${part}`,
        flops,
        reference: blockedMatmul(256),
        long: flops > MANY,
        prepare: (system) => system.pool?.(work) ?? 'takes no part in this suite',
        async check(read) {
          const got = await read();
          wanted ??= pooled(work);
          wanted.forEach((value, at) => {
            expectClose(`${name}-${part} at ${at}`, got[at]!, value);
          });
        },
      };
    }),
  );
}
