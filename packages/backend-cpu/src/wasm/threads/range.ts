import type { Code } from '../code.js';
import { op } from '../opcodes.js';

/** The locals of a function that say which thread runs it, and of how many. */
export interface ThreadLocals {
  readonly thread: number;
  readonly threads: number;
}

/** Puts this thread's number plus 1 on the stack. */
export function nextThread(code: Code, { thread }: ThreadLocals): void {
  code.get(thread);
  code.i32(1);
  code.write(op.i32Add);
}

/**
 * Sets two locals to this thread's part of 0 … count−1, its begin and its end, and leaves on the stack whether there is any: each thread has
 * as many as the next, and the first ones one more.
 */
export function writeRange(code: Code, locals: ThreadLocals, pushCount: () => void, begin: number, end: number): void {
  const over = (instruction: typeof op.i32DivU | typeof op.i32RemU): void => {
    pushCount();
    code.get(locals.threads);
    code.write(instruction);
  };
  const boundary = (pushThread: () => void): void => {
    pushThread();
    over(op.i32DivU);
    code.write(op.i32Mul);
    pushThread();
    over(op.i32RemU);
    pushThread();
    over(op.i32RemU);
    code.write(op.i32LtU, op.select, op.i32Add);
  };
  boundary(() => code.get(locals.thread));
  code.set(begin);
  boundary(() => nextThread(code, locals));
  code.tee(end);
  code.get(begin);
  code.write(op.i32GtU);
}
