import type { Node } from '../graph/node.js';
import { compileTape } from '../tape/compile.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Backend } from './backend.js';

/**
 * The values of some nodes of numbered shape that depend on inputs alone, on a backend, by the names that are given to them. Every node has
 * memory of its own.
 */
export async function runOnce(
  backend: Backend,
  outputs: Readonly<Record<string, Node>>,
  feeds: ReadonlyMap<string, TypedArray>,
): Promise<Map<string, TypedArray>> {
  const tape = compileTape(outputs, [], { target: backend.target, backendName: backend.name });
  const session = backend.open();
  try {
    const executable = await session.load(tape);
    const fed = tape.inputs.map(({ name }) => feeds.get(name)!);
    if (executable.kind === 'device') return named(await executable.submit(fed, 1));
    fed.forEach((values, i) => {
      executable.inputs[i]!.set(values);
    });
    executable.execute();
    return named(executable.outputs.map((values) => values.slice()));
  } finally {
    session.dispose();
  }

  function named(values: readonly TypedArray[]): Map<string, TypedArray> {
    return new Map(tape.outputs.map(({ name }, i) => [name, values[i]!]));
  }
}
