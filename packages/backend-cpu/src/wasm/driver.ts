import { bytesOf, type Instruction, type Slot, type TypedArray } from '@tapegrad/core';
import { Code } from './code.js';
import type { WasmFunction } from './module.js';
import { op } from './opcodes.js';

/** What the driver calls for an instruction that is no kernel and no copy, with its place on the tape. */
export const OTHER = 'other';
export const RUN = 'run';

/** The function that runs a whole tape: its parameter is the address of scratch; all else has its place for good. */
export function driverOf(
  instructions: readonly Instruction[],
  nameOf: (instruction: Instruction) => string,
  views: readonly TypedArray[],
): WasmFunction {
  const code = new Code();
  const address = ({ place, id }: Slot): void => {
    if (place.kind !== 'scratch') {
      code.i32(views[id]!.byteOffset);
      return;
    }
    code.get(0);
    if (place.offset === 0) return;
    code.i32(place.offset);
    code.write(op.i32Add);
  };
  instructions.forEach((instruction, i) => {
    if (instruction.kind === 'kernel') {
      for (const slot of instruction.slots) address(slot);
      code.call(nameOf(instruction));
    } else if (instruction.kind === 'copy') {
      const [to] = instruction.writes as [Slot];
      address(to);
      address(instruction.reads[0]!);
      code.i32(to.length * bytesOf(to.dtype));
      code.write(op.memoryCopy);
    } else {
      code.i32(i);
      code.call(OTHER);
    }
  });
  return {
    name: RUN,
    type: { parameters: ['i32'], results: [] },
    locals: [],
    code: code.bytes,
    calls: code.calls,
    exported: true,
  };
}
