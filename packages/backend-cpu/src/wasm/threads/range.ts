import type { Code } from '../code.js';
import * as op from '../op.js';

/** The locals of a function that say which part of an instruction it is to do, and of how many. */
export interface PartLocals {
  readonly part: number;
  readonly parts: number;
}

/** Leaves on the stack the number of the next part. */
export function nextPart(code: Code, { part }: PartLocals): void {
  code.get(part);
  code.i32(1);
  code.write(op.i32Add);
}

/**
 * Sets two locals to this part of 0 … count−1, its begin and its end, and leaves on the stack whether it has any: each part has as many as the
 * next, and the first ones one more.
 */
export function writeRange(code: Code, locals: PartLocals, pushCount: () => void, begin: number, end: number): void {
  const over = (instruction: typeof op.i32DivU | typeof op.i32RemU): void => {
    pushCount();
    code.get(locals.parts);
    code.write(instruction);
  };
  const boundary = (pushPart: () => void): void => {
    pushPart();
    over(op.i32DivU);
    code.write(op.i32Mul);
    pushPart();
    over(op.i32RemU);
    pushPart();
    over(op.i32RemU);
    code.write(op.i32LtU, op.select, op.i32Add);
  };
  boundary(() => code.get(locals.part));
  code.set(begin);
  boundary(() => nextPart(code, locals));
  code.tee(end);
  code.get(begin);
  code.write(op.i32GtU);
}
