import * as atomic from '../atomic.js';
import { Code } from '../code.js';
import type { ImportedFunction, WasmFunction } from '../module.js';
import * as op from '../op.js';
import { MEETING } from './words.js';

/**
 * Takes the next part of a phase of so many parts, or waits until all of them are done. The result is the number of the part; −1 once the phase
 * is over, whoever has done it.
 */
export const TAKE = 'take';
/** Says that a part of a phase of so many parts is done. The last one begins the next phase. */
export const FINISH = 'finish';
/** What these ask of the host: to sleep while a phase lasts, for a while at most; and to wake those who do. */
export const SLEEP: ImportedFunction = { name: 'sleep', type: { parameters: ['i32'], results: [] } };
export const WAKE: ImportedFunction = { name: 'wake', type: { parameters: [], results: [] } };

/** How often a thread looks before it sleeps, about 50 µs: one that sleeps comes back as much later. */
const LOOKS = 100_000;
const [PHASE, PARTS, SEEN, NEXT] = [0, 1, 2, 3] as const;
const ONE_DONE = 0x10000;
const COUNT = 0xffff;

/** Of all words that are seen, only one of the phase in hand is ever replaced: a thread that comes late can do no harm. */
class Turn {
  readonly code = new Code();

  /** Sets `SEEN`, and leaves on the stack whether it is of another phase. */
  look(): void {
    const { code } = this;
    code.i32(MEETING.turn);
    code.memory(atomic.load64, 3, 0);
    code.tee(SEEN);
    code.i64(32);
    code.write(op.i64ShrU, op.i32FromI64);
    code.get(PHASE);
    code.write(op.i32Ne);
  }

  /** How many parts `SEEN` counts from a bit on. */
  count(local: number, bit: number): void {
    const { code } = this;
    code.get(local);
    if (bit > 0) {
      code.i64(bit);
      code.write(op.i64ShrU);
    }
    code.write(op.i32FromI64);
    code.i32(COUNT);
    code.write(op.i32And);
  }

  /** Replaces `SEEN` by what `push` pushes, and leaves on the stack whether it was still there. */
  replace(push: () => void): void {
    const { code } = this;
    code.i32(MEETING.turn);
    code.get(SEEN);
    push();
    code.memory(atomic.exchange64, 3, 0);
    code.get(SEEN);
    code.write(op.i64Eq);
  }

  plus(amount: number): void {
    this.code.get(SEEN);
    this.code.i64(amount);
    this.code.write(op.i64Add);
  }

  function(name: string, results: WasmFunction['type']['results'], locals: WasmFunction['locals']): WasmFunction {
    const { bytes, calls } = this.code;
    return { name, type: { parameters: ['i32', 'i32'], results }, locals, code: bytes, calls, exported: false };
  }
}

export function takeFunction(): WasmFunction {
  const turn = new Turn();
  const { code } = turn;
  const looks = NEXT;
  code.i32(LOOKS);
  code.set(looks);
  code.loop(() => {
    turn.look();
    code.if(() => {
      code.i32(-1);
      code.write(op.return);
    });
    turn.count(SEEN, 0);
    code.get(PARTS);
    code.write(op.i32LtU);
    code.if(
      () => {
        turn.replace(() => turn.plus(1));
        code.if(() => {
          turn.count(SEEN, 0);
          code.write(op.return);
        });
      },
      () => {
        code.get(looks);
        code.i32(1);
        code.write(op.i32Sub);
        code.tee(looks);
        code.i32(0);
        code.write(op.i32LeS);
        code.if(() => {
          code.get(PHASE);
          code.call(SLEEP.name);
        });
      },
    );
    code.branch(0);
  });
  code.write(op.unreachable);
  return turn.function(TAKE, ['i32'], ['i64', 'i32']);
}

export function finishFunction(): WasmFunction {
  const turn = new Turn();
  const { code } = turn;
  code.loop(() => {
    turn.look();
    code.if(() => code.write(op.return));
    turn.plus(ONE_DONE);
    code.set(NEXT);
    turn.count(NEXT, 16);
    code.get(PARTS);
    code.write(op.i32Eq);
    code.if(() => {
      code.get(PHASE);
      code.i32(1);
      code.write(op.i32Add, op.i64FromU32);
      code.i64(32);
      code.write(op.i64Shl);
      code.set(NEXT);
    });
    turn.replace(() => code.get(NEXT));
    code.write(op.i32Eqz);
    code.branchIf(0);
  });
  code.i32(MEETING.sleeping);
  code.memory(atomic.load, 2, 0);
  code.if(() => code.call(WAKE.name));
  return turn.function(FINISH, [], ['i64', 'i64']);
}
