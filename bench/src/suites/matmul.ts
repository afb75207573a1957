import type { Case } from '../case.js';
import { blockedMatmul } from '../reference/loops.js';
import { product } from '../work/matmul.js';
import { expectClose } from '../work/numbers.js';

/** Square float32 products of four sizes. */
export function matmulSuite(): Case[] {
  return [256, 512, 1024, 2048].map((size) => {
    const operands = product(size);
    const { a, b } = operands;
    return {
      suite: 'matmul',
      name: `matmul-${size}`,
      flops: 2 * size ** 3,
      reference: blockedMatmul(size),
      long: size > 1024,
      prepare: (system) => system.matmul(operands),
      async check(read) {
        const c = await read();
        for (let at = 0; at < size * size; at += 4099) {
          const [i, j] = [Math.floor(at / size), at % size];
          let want = 0;
          for (let k = 0; k < size; k++) want += a[i * size + k]! * b[k * size + j]!;
          expectClose(`matmul at [${i}, ${j}]`, c[at]!, want, { absolute: size * 1e-6, relative: 1e-4 });
        }
      },
    };
  });
}
