import { add, asPublic, type DimLike, graphOf, type Node, nodeOf, type Operand, optionsOf, toShape } from '@tapegrad/core';
import { argmax } from './argmax.js';
import { neg } from './arithmetic.js';
import { log } from './logarithm.js';
import { draw, minusLog } from './random.js';
import { argsort } from './sort.js';
import { floats } from './support/dtypes.js';

/**
 * One category along an axis with the probabilities softmax(logits), as int32 and without that axis; new in every run. Logits need not be
 * normalised; one of -Infinity is never drawn. By the largest of logits and Gumbel noise: Gumbel, "Statistical theory of extreme values and
 * some practical applications", 1954; Maddison, Tarlow and Minka, "A* sampling", 2014. For several draws, broadcast the logits first.
 *
 * Throws `ShapeError` where there is no such axis or it is empty, `DtypeError` for logits that are no floats.
 *
 * @formula y = argmaxᵢ (logitᵢ − log(−log uᵢ)), u uniform
 * @derivative none, a draw
 * @example
 * const action = randomCategorical(logits);
 */
export const randomCategorical = asPublic('randomCategorical', (logits: Operand, options?: { axis?: number }): Node => {
  const { axis } = optionsOf('randomCategorical', options, { axis: -1 });
  const graph = graphOf('randomCategorical', [logits]);
  const node = nodeOf(logits, graph);
  const dtype = floats('randomCategorical')([node]);
  const noise = neg(log(minusLog(draw(graph, node.shape), dtype)));
  return argmax(add(node, noise), { axis });
});

/**
 * The numbers 0 … count-1 in a random order, as int32, new in every run; called as a method of a graph. The count may be a name. All orders are
 * equally likely, but for pairs whose 32 random bits are equal, which keep their order. Equal on every backend.
 *
 * @formula y = argsort(u), u random
 * @derivative none, a draw
 * @example
 * const shuffled = take(x, graph.randomPermutation(4), { axis: 0 });
 */
export const randomPermutation = asPublic('randomPermutation', (count: DimLike): Node => {
  const shape = toShape('randomPermutation', [count]);
  return argsort(draw(graphOf('randomPermutation', []), shape)(0));
});
