import type { Condition, Index } from '@tapegrad/core';

/**
 * How positions along one axis belong together: output q, kernel element k and input p where
 * `stride·q + dilation·k = spacing·p + offset`. The factors may be negative; `spacing` is at least 1.
 */
export interface Relation {
  readonly stride: number;
  readonly dilation: number;
  readonly spacing: number;
  readonly offset: number;
}

/** One step of the walk over the kernel elements that an output meets. */
export interface Tap {
  readonly kernel: Index;
  readonly input: Index;
  /** Where there is such a kernel element, and where there is such an input. */
  readonly kernelHolds: readonly Condition[];
  readonly inputHolds: readonly Condition[];
}

export interface Taps {
  readonly steps: number;
  at(output: Index, step: Index): Tap;
}

/**
 * Solves the relation for the input. With a spacing L only every L-th kernel element meets an input at all: where dilation and L have no
 * common factor those are `L·step + r`, r following from q, and the walk visits no others.
 */
export function tapsOf({ stride, dilation, spacing, offset }: Relation, kernels: number, inputs: number): Taps {
  const inverse = inverseModulo(dilation, spacing);
  if (inverse === null) {
    return {
      steps: kernels,
      at: (output, kernel) => {
        const spaced = output.times(stride).plus(kernel.times(dilation)).minus(offset);
        const input = spaced.div(spacing);
        return {
          kernel,
          input,
          kernelHolds: [],
          inputHolds: [
            [spaced.mod(spacing), 0, 1],
            [input, 0, inputs],
          ],
        };
      },
    };
  }
  return {
    steps: Math.ceil(kernels / spacing),
    at: (output, step) => {
      const spaced = output.times(stride).minus(offset);
      const { first, start } = firstTap(spaced, dilation, spacing, inverse);
      const kernel = step.times(spacing).plus(first);
      const input = start.plus(step.times(dilation));
      return { kernel, input, kernelHolds: [[kernel, 0, kernels]], inputHolds: [[input, 0, inputs]] };
    },
  };
}

/** The first kernel element that meets an input, and that input. A step back for each element is the floor of a division. */
function firstTap(spaced: Index, dilation: number, spacing: number, inverse: number): { first: Index; start: Index } {
  if ((inverse + 1) % spacing === 0) {
    const first = spaced.mod(spacing);
    return { first, start: spaced.div(spacing).plus(first.times((dilation + 1) / spacing)) };
  }
  const first = spaced.times(-inverse).mod(spacing);
  return { first, start: spaced.plus(first.times(dilation)).div(spacing) };
}

/** The number whose product with `n` is 1 modulo `m`, or null where they have a common factor. */
function inverseModulo(n: number, m: number): number | null {
  for (let inverse = 0; inverse < m; inverse++) if ((((n * inverse) % m) + m) % m === 1 % m) return inverse;
  return null;
}
