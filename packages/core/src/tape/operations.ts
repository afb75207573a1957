import { sizeOfAxes } from '../fusion/frame.js';
import { expressionsOf, plainStores } from '../loops/inspect.js';
import type { Nest } from '../loops/loop.js';

/** The scalar operations of one run of a kernel, each where its free axes put it. */
export function operationsOf({ stages }: Nest): number {
  let total = 0;
  const values = stages.flatMap((stage) => [...stage.values, ...plainStores(stage.loop).map((store) => store.value)]);
  for (const expr of expressionsOf(values)) {
    const { is } = expr;
    if (is.kind === 'scalar') total += sizeOfAxes(expr.axes);
    else if (is.kind === 'reduce') total += sizeOfAxes(new Set([...expr.axes, ...is.axes.map((axis) => axis.key)]));
    else if (is.kind === 'recurrence') total += 2 * sizeOfAxes(expr.axes);
  }
  return total;
}
