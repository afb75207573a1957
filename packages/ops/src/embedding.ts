import { asPublic, type Node, type Operand } from '@tapegrad/core';
import { take } from './gather.js';

/**
 * The rows of `table` that `index` (int32) names: `[count, width]` by an index of any shape gives `[…, width]`. It is {@link take} along axis
 * 0: a position out of range gives NaN, and the gradient of a row named several times is the sum of all. Throws `DtypeError` for an index of
 * another dtype.
 *
 * @formula y[…, :] = table[index[…], :]
 * @derivative t̄able[i, :] = Σ ȳ[…, :] over the places with index i
 * @example
 * const vectors = embedding(table, tokens); // [5000, 64] by [32, 20] gives [32, 20, 64]
 */
export const embedding = asPublic('embedding', (table: Operand, index: Operand): Node => take(table, index, { axis: 0 }));
