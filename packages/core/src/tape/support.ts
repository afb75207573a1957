import { BackendError } from '../errors.js';
import type { Node } from '../graph/node.js';
import type { HostKernel, Kind } from '../graph/op.js';
import type { Target } from '../placement/target.js';
import type { DType } from '../tensor/dtype.js';

export interface Support {
  readonly target: Target;
  readonly backendName: string;
}

/** The hand-written kernel for this node: the one for the backend, else the one for all whose memory is typed arrays. */
export function routineOf({ op: { kernels } }: Node, { target, backendName }: Support): HostKernel | undefined {
  return kernels?.[backendName] ?? (target.memory === 'host' ? kernels?.host : undefined);
}

/** Throws one `BackendError` with every op and dtype among the nodes that the backend cannot do. */
export function checkSupport(nodes: readonly Node[], support: Support): void {
  const { target, backendName } = support;
  const byDtype = new Map<DType, Set<string>>();
  const without = new Set<string>();
  let first: Node | undefined;
  for (const node of nodes) {
    if (target.hosted?.(node)) continue;
    if (!target.dtypes.has(node.dtype)) {
      const names = byDtype.get(node.dtype) ?? new Set();
      byDtype.set(node.dtype, names.add(node.op.name));
    } else if (!canCompute(node, support)) without.add(node.op.name);
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

/** Kinds of op whose kernels compute an element after another, or write an element more than once. */
const NEEDS_ORDER: ReadonlySet<Kind> = new Set<Kind>(['recurrence', 'scatter', 'procedure']);

function list(words: Iterable<string>): string {
  return [...words].join(', ');
}

function canCompute(node: Node, support: Support): boolean {
  const { op } = node;
  const { limits, keeps, instructions } = support.target;
  if (op.kind === 'leaf' || keeps.has(op.name)) return true;
  if (NEEDS_ORDER.has(op.kind) && limits?.ordered === false) return op.unordered !== undefined;
  // A procedure is made of statements, which only kernels can hold.
  const isCode = op.lower !== undefined || (op.procedure !== undefined && instructions === 'kernels');
  return isCode || routineOf(node, support) !== undefined;
}
