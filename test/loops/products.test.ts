import { describe, it } from 'vitest';
import { checkConvolutions, checkLongProducts, checkMatrices } from './products.js';

describe('products have the same values on every backend', () => {
  it('convolved', () => checkConvolutions({ numRuns: 10 }));
  it('of matrices', () => checkMatrices({ numRuns: 10 }));
  it('long', () => checkLongProducts({ numRuns: 3 }));
});
