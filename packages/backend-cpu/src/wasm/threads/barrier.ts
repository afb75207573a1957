import { Code } from '../code.js';
import type { ImportedFunction, WasmFunction } from '../module.js';
import { atomic, op } from '../opcodes.js';
import { MEETING } from './words.js';

/** Waits until all of some threads have come; the result is 1 where the run is called off. */
export const BARRIER = 'barrier';
/** What the barrier asks of the host: to sleep while so many barriers have been passed, for a while at most; and to wake those who do. */
export const SLEEP: ImportedFunction = { name: 'sleep', type: { parameters: ['i32'], results: [] } };
export const WAKE: ImportedFunction = { name: 'wake', type: { parameters: [], results: [] } };

/**
 * How often a thread looks before it sleeps, about 50 µs. Threads that share their work evenly arrive within that time; one that sleeps
 * comes back as much later.
 */
const LOOKS = 100_000;

/** The barrier, as a function of how many threads are to come. */
export function barrier(): WasmFunction {
  const code = new Code();
  const [threads, passed, looks] = [0, 1, 2];
  const load = (address: number): void => {
    code.i32(address);
    code.memory(atomic.load, 2, 0);
  };
  const addOne = (address: number): void => {
    code.i32(address);
    code.i32(1);
    code.memory(atomic.add, 2, 0);
  };
  const arriveLast = (): void => {
    code.i32(MEETING.arrived);
    code.i32(0);
    code.memory(atomic.store, 2, 0);
    addOne(MEETING.passed);
    code.write(op.drop);
    load(MEETING.sleeping);
    code.if(() => code.call(WAKE.name));
  };
  const wait = (): void => {
    code.i32(LOOKS);
    code.set(looks);
    code.loop(() => {
      load(MEETING.passed);
      code.get(passed);
      code.write(op.i32Eq);
      code.if(() => {
        code.get(looks);
        code.i32(1);
        code.write(op.i32Sub);
        code.tee(looks);
        code.i32(0);
        code.write(op.i32LeS);
        code.if(() => {
          code.get(passed);
          code.call(SLEEP.name);
        });
        code.branch(1);
      });
    });
  };
  code.get(threads);
  code.i32(1);
  code.write(op.i32GtS);
  code.if(() => {
    // Who calls a run off sets `off` before it moves `passed`, so whoever misses the one sees the other.
    load(MEETING.passed);
    code.set(passed);
    load(MEETING.off);
    code.write(op.i32Eqz);
    code.if(() => {
      addOne(MEETING.arrived);
      code.i32(1);
      code.write(op.i32Add);
      code.get(threads);
      code.write(op.i32Eq);
      code.if(arriveLast, wait);
    });
  });
  load(MEETING.off);
  return {
    name: BARRIER,
    type: { parameters: ['i32'], results: ['i32'] },
    locals: ['i32', 'i32'],
    code: code.bytes,
    calls: code.calls,
    exported: false,
  };
}
