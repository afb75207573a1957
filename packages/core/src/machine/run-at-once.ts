import { MachineError } from '../errors.js';
import { isState, type StateAttrs } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Tape } from '../tape/tape.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { HostExecutable, Session } from './backend.js';
import { ResultReader } from './results.js';

/**
 * What a tape computes, by name, of `first` values of its states and `fed` ones of its inputs, in their order. The session is of a backend of
 * this process, and is given back.
 */
export function runAtOnce(
  session: Session,
  tape: Tape,
  first: (state: Node<StateAttrs>) => TypedArray,
  fed: readonly TypedArray[] = [],
): Readonly<Record<string, Tensor>> {
  for (const { name, node } of tape.states) if (isState(node)) session.write(name, node.dtype, first(node));
  const executable = loadAtOnce(session, tape);
  fed.forEach((values, i) => {
    executable.inputs[i]!.set(values);
  });
  executable.execute();
  const results = tape.outputs.map((output, i) => [output.name, new ResultReader(output).read(executable.outputs[i]!)]);
  session.dispose();
  return Object.fromEntries(results);
}

/** Loads a tape on a backend of this process that takes no time to load. */
export function loadAtOnce(session: Session, tape: Tape): HostExecutable {
  const executable = session.load(tape);
  if ('kind' in executable && executable.kind === 'host') return executable;
  throw new MachineError('load: the backend does not run in this process at once.');
}
