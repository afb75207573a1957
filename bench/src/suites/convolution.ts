import type { Case } from '../case.js';
import { blockedMatmul } from '../reference/loops.js';
import { type ConvolutionShape, convolution, convolutionFlops, convolved, PARTS } from '../work/convolution.js';
import { expectClose } from '../work/numbers.js';

const usual = { batch: 8, stride: 1, groups: 1 };
/** Layers of nets in common use. */
const SHAPES: Readonly<Record<string, ConvolutionShape>> = {
  '3x3-64-56': { ...usual, channels: 64, outputs: 64, size: 56, kernel: 3, padding: 1 },
  '3x3-256-14': { ...usual, channels: 256, outputs: 256, size: 14, kernel: 3, padding: 1 },
  '3x3-stride-2': { ...usual, channels: 64, outputs: 128, size: 56, kernel: 3, padding: 1, stride: 2 },
  '7x7-stride-2': { ...usual, channels: 3, outputs: 64, size: 224, kernel: 7, padding: 3, stride: 2 },
  '1x1': { ...usual, batch: 64, channels: 64, outputs: 64, size: 14, kernel: 1, padding: 0 },
  '5x5-batch-128': { ...usual, batch: 128, channels: 8, outputs: 16, size: 14, kernel: 5, padding: 2 },
  depthwise: { ...usual, channels: 64, outputs: 64, size: 56, kernel: 3, padding: 1, groups: 64 },
};
/** Under `--quick` only those with fewer operations run. */
const MANY = 250e6;
/** How many elements are checked, about. */
const CHECKED = 24;

/** Convolutions, and their gradients by images and by kernels. */
export function convolutionSuite(): Case[] {
  return Object.entries(SHAPES).flatMap(([name, shape]) =>
    PARTS.map((part) => {
      const work = convolution(shape, part);
      const flops = convolutionFlops(work);
      return {
        suite: 'convolution',
        name: `${name}-${part}`,
        flops,
        reference: blockedMatmul(256),
        long: flops > MANY,
        prepare: (system) => system.convolve?.(work) ?? 'takes no part in this suite',
        async check(read) {
          const got = await read();
          const step = Math.max(1, Math.floor(got.length / CHECKED)) | 1;
          const terms = flops / 2 / got.length;
          for (let at = 0; at < got.length; at += step)
            expectClose(`${name}-${part} at ${at}`, got[at]!, convolved(work, at), {
              absolute: 1e-5 * Math.sqrt(terms),
              relative: 1e-4,
            });
        },
      };
    }),
  );
}
