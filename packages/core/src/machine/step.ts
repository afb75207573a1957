import type { Node } from '../graph/node.js';
import type { Instruction, Slot } from '../tape/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { usersNodes } from './explain.js';
import type { Rehearsal } from './rehearsal.js';

/** One instruction that a stepped run has just executed. */
export interface StepEvent {
  readonly index: number;
  readonly kind: Instruction['kind'];
  /** The nodes of the user's that it computed, or is part of; none where it commits an update. */
  readonly nodes: readonly Node[];
  /** Copies of the values that it wrote. */
  readonly values: readonly Tensor[];
}

/** Executes a begun rehearsal, handing out each instruction; the updates take effect after the last one. */
export async function* stepThrough(rehearsal: Rehearsal): AsyncGenerator<StepEvent, void, void> {
  const { tape, executable } = rehearsal;
  const copy = ({ id, dtype, shape }: Slot): Tensor => Tensor.wrap(dtype, shape, executable.view(id).slice());
  for (const [index, instruction] of tape.instructions.entries()) {
    executable.executeOne(index);
    yield { index, kind: instruction.kind, nodes: usersNodes(instruction), values: instruction.writes.map(copy) };
  }
  rehearsal.commit('step');
}
