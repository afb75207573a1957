import { DerivativeError, DtypeError, GraphError, ShapeError } from '../errors.js';
import { holeLike } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { replace, replayBetween } from '../graph/replay.js';
import { expandAfter } from '../passes/expand.js';
import { stabiliseNode } from '../passes/stabilise.js';
import { differentiable } from '../primitives/rules.js';
import { sameShape, showShape } from '../tensor/shape.js';

/** What every derivative asks of its arguments: something to differentiate, by something, of one graph and of float dtypes. */
export function checkEnds(name: string, outputs: readonly Node[], inputs: readonly Node[]): void {
  if (outputs.length === 0) throw new DerivativeError(`${name}: the list of outputs is empty; give at least one.`, { op: name });
  if (inputs.length === 0) throw new DerivativeError(`${name}: the list of inputs is empty; give at least one.`, { op: name });
  for (const node of [...outputs, ...inputs]) {
    if (node.graph !== outputs[0]!.graph) {
      throw new GraphError(`${name}: ${label(node)} belongs to another graph than ${label(outputs[0]!)}.`, { op: name });
    }
    if (!differentiable(node)) {
      throw new DtypeError(`${name}: ${label(node)} is ${node.dtype}; only float nodes have derivatives.`, { op: name });
    }
  }
}

/** One tangent or cotangent for each node, of its shape and dtype. */
export function checkSeeds(name: string, role: 'tangent' | 'cotangent', nodes: readonly Node[], seeds: readonly Node[]): void {
  if (seeds.length !== nodes.length) {
    throw new DerivativeError(`${name}: ${seeds.length} ${role}s for ${nodes.length} nodes; give one for each.`, { op: name });
  }
  nodes.forEach((node, i) => {
    const seed = seeds[i]!;
    if (seed.graph !== node.graph) {
      throw new GraphError(`${name}: the ${role} of ${label(node)} belongs to another graph.`, { op: name });
    }
    if (!sameShape(seed.shape, node.shape)) {
      throw new ShapeError(
        `${name}: the ${role} of ${label(node)} has shape ${showShape(seed.shape)}; it must be ${showShape(node.shape)}.`,
        { op: name },
      );
    }
    if (seed.dtype !== node.dtype) {
      throw new DtypeError(`${name}: the ${role} of ${label(node)} is ${seed.dtype}; it must be ${node.dtype}.`, { op: name });
    }
  });
}

/** A node as errors call it: by its name where it has one. */
export function label(node: Node): string {
  const { name } = (node.attrs ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? `'${name}'` : `%${node.id} (${node.op.name})`;
}

/**
 * Runs a sweep over stabilised and expanded outputs, with `inputs` as leaves. An input that is an intermediate node is a hole meanwhile, so
 * that no rule looks through it.
 */
export function onStable(
  outputs: readonly Node[],
  inputs: readonly Node[],
  sweep: (outputs: readonly Node[], inputs: readonly Node[]) => Node[],
): Node[] {
  const holes = new Map(inputs.filter((x) => x.op.kind !== 'leaf').map((x) => [x, holeLike(x)]));
  const leaves = inputs.map((x) => holes.get(x) ?? x);
  const cut = replayBetween([...holes.keys()], outputs, () => null, holes);
  const stable = replayBetween(leaves, cut, stabiliseNode);
  const expanded = replayBetween(leaves, expandAfter(leaves, stable), stabiliseNode);
  const results = sweep(expanded, leaves);
  return replace(results, new Map([...holes].map(([x, hole]) => [hole, x])));
}
