import { foldPointwise } from '../fusion/fold.js';
import type { Graph } from '../graph/graph.js';
import { type ConstantAttrs, isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { replay, untilSettled } from '../graph/replay.js';

/**
 * Makes nodes simpler by the rules that ops state (x·1, transpose of transpose, …), until no rule applies, and computes what depends on
 * constants alone. Keeps bits: x + 0 and 0·x stay, as -0 and NaN would change.
 */
export function simplify(roots: readonly Node[], into: Graph): Node[] {
  return replay(roots, into, simplifyNode);
}

const simplifyNode = untilSettled(simpler);

function simpler(node: Node): Node | null {
  return node.op.simplify?.(node) ?? folded(node);
}

/** The constant that a node is because its inputs are constants of one value each. */
function folded(node: Node): Node | null {
  const { graph, inputs, shape, dtype, op } = node;
  if (inputs.length === 0 || op.unique || !inputs.every(isOneNumber)) return null;
  const values = inputs.map((x) => x.attrs.value);
  if (op.kind === 'view') {
    // Index arithmetic alone: every element is one of the inputs' elements.
    return values.every((value) => Object.is(value, values[0])) ? graph.splat(values[0]!, shape, dtype) : null;
  }
  if (op.kind !== 'pointwise') return null;
  const value = foldPointwise(node, values);
  return value === null ? null : graph.splat(value, shape, dtype);
}

function isOneNumber(node: Node): node is Node<ConstantAttrs & { readonly value: number }> {
  return isConstant(node) && typeof node.attrs.value === 'number';
}
