import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { type Rule, replay, replayBetween } from '../graph/replay.js';

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Replaces composites by their definitions, those inside definitions too, but for the ones named in `keeps`.
 *
 * @example
 * const [definition] = expand([softmax(x)], graph);
 * console.log(definition?.op.name); // div
 */
export function expand(roots: readonly Node[], into: Graph, keeps: ReadonlySet<string> = NOTHING): Node[] {
  return replay(roots, into, expanding(keeps));
}

/** As `expand`, in the graph of the roots, and only what depends on `sources`, which stay as they are. */
export function expandAfter(sources: readonly Node[], roots: readonly Node[]): Node[] {
  return replayBetween(sources, roots, expanding(NOTHING));
}

function expanding(keeps: ReadonlySet<string>): Rule {
  const rule: Rule = (node, inputs, into) => {
    const { define, name } = node.op;
    if (!define || keeps.has(name)) return null;
    const body = define.call(node.op, inputs, node.attrs);
    return replay([body], into, rule, new Set(inputs))[0]!;
  };
  return rule;
}
