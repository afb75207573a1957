import { BackendError } from '../errors.js';
import type { Node } from '../graph/node.js';
import type { Target } from '../loops/target.js';
import type { DType } from '../tensor/dtype.js';

export interface Support {
  readonly target: Target;
  readonly backendName: string;
}

/** Does the backend have a hand-written kernel for this node? */
export function hasRoutine(node: Node, backendName: string): boolean {
  return node.op.kernels?.[backendName] !== undefined;
}

/** Throws one `BackendError` with every op and dtype among the nodes that the backend cannot do. */
export function checkSupport(nodes: readonly Node[], { target, backendName }: Support): void {
  const byDtype = new Map<DType, Set<string>>();
  const without = new Set<string>();
  let first: Node | undefined;
  for (const node of nodes) {
    if (!target.dtypes.has(node.dtype)) {
      const names = byDtype.get(node.dtype) ?? new Set();
      byDtype.set(node.dtype, names.add(node.op.name));
    } else if (!canCompute(node, target, backendName)) without.add(node.op.name);
    else continue;
    first ??= node;
  }
  if (!first) return;
  const misses = [
    ...[...byDtype].map(([dtype, names]) => `no ${dtype} (${list(names)}; it has ${list(target.dtypes)})`),
    ...[...without].map((name) => `no kernel for ${name}`),
  ];
  throw new BackendError(
    `the backend '${backendName}' cannot run this program: ${misses.join('; ')}. Cast, or choose another backend.`,
    {
      op: first.op.name,
      site: first.origin.site ?? undefined,
    },
  );
}

function list(words: Iterable<string>): string {
  return [...words].join(', ');
}

function canCompute(node: Node, target: Target, backendName: string): boolean {
  const { op } = node;
  if (op.kind === 'leaf' || target.instructions === 'ops') return true;
  return op.lower !== undefined || op.procedure !== undefined || hasRoutine(node, backendName);
}
