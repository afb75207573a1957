import { describe, it } from 'vitest';
import {
  type Convolution,
  checkConvolutions,
  checkLargeConvolutions,
  checkLongProducts,
  checkMatrices,
  type DType,
  type LongProduct,
} from './products.js';

const axis = { size: 12, kernel: 4, stride: 1, dilation: 1, padding: 2 };
/** Rows that are joined, planes of a copy that are put apart, and gradients in a loop for each residue. */
const examples: [Convolution][] = [
  [{ axes: [axis, { ...axis, size: 7, kernel: 3 }], batch: 2, groups: 1, inputs: 3, outputs: 9, dtype: 'float32' }],
  [{ axes: [axis, axis], batch: 2, groups: 1, inputs: 3, outputs: 9, dtype: 'float32' }],
  [
    {
      axes: [
        { ...axis, stride: 2 },
        { ...axis, stride: 3 },
      ],
      batch: 2,
      groups: 2,
      inputs: 2,
      outputs: 4,
      dtype: 'float32',
    },
  ],
  [{ axes: [{ ...axis, stride: 2, kernel: 1 }, axis], batch: 2, groups: 1, inputs: 2, outputs: 5, dtype: 'float64' }],
];

/** Rows in blocks, which a kernel of even size reads with a stride and without. */
const large: [Convolution][] = [
  [
    {
      axes: [
        { ...axis, size: 30 },
        { ...axis, size: 28, kernel: 3, padding: 1 },
      ],
      batch: 2,
      groups: 1,
      inputs: 80,
      outputs: 5,
      dtype: 'float32',
    },
  ],
  [
    {
      axes: [
        { ...axis, size: 36, kernel: 3, stride: 2 },
        { ...axis, size: 36, kernel: 3, stride: 2 },
      ],
      batch: 1,
      groups: 1,
      inputs: 60,
      outputs: 9,
      dtype: 'float64',
    },
  ],
];

/** A last block of one number, which one tile of few rows reads from a panel. */
const long: [LongProduct, number, number, DType][] = [
  [{ layout: 'km,nk->mn', k: 1025, b: 2 }, 38, 75, 'float32'],
  [{ layout: 'km,nk->mn', k: 1025, b: 2 }, 6, 75, 'float64'],
];

describe('products have the same values on every backend', () => {
  it('convolved', () => checkConvolutions({ numRuns: 14, examples }));
  it('convolved, of more than is copied at once', () => checkLargeConvolutions({ numRuns: 3, examples: large }));
  it('of matrices', () => checkMatrices({ numRuns: 10 }));
  it('long', () => checkLongProducts({ numRuns: 4, examples: long }));
});
