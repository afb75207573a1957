import { cast, isFloat, type Node } from '@tapegrad/core';
import { argmax, eq, mean } from '@tapegrad/ops';

/**
 * The part of the examples whose highest score is at their label: scores `[…, classes]` and int32 labels `[…]` give a float scalar. The
 * first of equal scores counts; no examples give NaN.
 *
 * @example
 * const step = await machine.compile({ loss, accuracy: accuracy(logits, labels) }, { updates });
 */
export function accuracy(scores: Node, labels: Node): Node {
  const hits = eq(argmax(scores, { axis: -1 }), labels);
  return mean(cast(hits, isFloat(scores.dtype) ? scores.dtype : scores.graph.dtype));
}
