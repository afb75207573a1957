import { describe, expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import { add, mul, sum } from '../src/primitives/forms.js';
import { runChecked } from '../src/tape/checked-run.js';
import type { Instruction, Slot, Tape } from '../src/tape/tape.js';
import { verify } from '../src/tape/verify.js';
import { compile } from './tape-support.js';
import { tanh } from './test-ops.js';

const graph = new Graph();
const x = graph.input('x', [4]);
const w = graph.state('w', [1, 2, 3, 4]);
const total = sum(mul(x, w));
const program = { outputs: { y: tanh(add(total, 1)), z: add(w, total) }, updates: [{ state: w, value: mul(w, 2) }] };

/** The tape with every slot changed. */
function withSlots(tape: Tape, change: (slot: Slot) => Slot): Tape {
  const slots = new Map(tape.slots.map((slot) => [slot, change(slot)]));
  const all = (some: readonly Slot[]): Slot[] => some.map((slot) => slots.get(slot)!);
  const named = (some: Tape['inputs']): Tape['inputs'] => some.map((each) => ({ ...each, slot: slots.get(each.slot)! }));
  return {
    ...tape,
    slots: all(tape.slots),
    inputs: named(tape.inputs),
    outputs: named(tape.outputs),
    states: named(tape.states),
    instructions: tape.instructions.map((instruction) => {
      const moved = { ...instruction, reads: all(instruction.reads), writes: all(instruction.writes) };
      return moved.kind === 'kernel' ? { ...moved, slots: all(moved.slots) } : moved;
    }),
  };
}

const atZero = (slot: Slot): Slot => (slot.place.kind === 'scratch' ? { ...slot, place: { kind: 'scratch', offset: 0 } } : slot);

test('a sound tape passes', () => {
  expect(() => verify(compile(program))).not.toThrow();
});

test('a tape whose values overwrite one another does not, statically and cell by cell', () => {
  const tape = withSlots(compile(program), atZero);
  expect(() => verify(tape)).toThrow(/^verify: .* reads slot \d+ of .*, but finds slot \d+ there$/);
  const run = () => runChecked(tape, { x: Float32Array.of(1, 2, 3, 4) }, { w: Float32Array.of(1, 2, 3, 4) });
  expect(run).toThrow(/reads element \d of slot \d+ .*, and finds the value of slot \d+$/);
});

test('an instruction out of order reads nothing', () => {
  const tape = compile(program, {}, { statements: 6 });
  expect(() => verify({ ...tape, instructions: tape.instructions.toReversed() })).toThrow(/but finds nothing there$/);
});

test('a slot beyond the scratch block', () => {
  const tape = compile(program);
  expect(() => verify({ ...tape, scratchBytes: 16 })).toThrow(/ends after the 16 bytes of scratch$/);
});

test('an update that is left out', () => {
  const tape = compile({ outputs: { y: program.outputs.y }, updates: program.updates });
  const instructions = tape.instructions.filter(({ writes }) => writes.every(({ place }) => place.kind !== 'state'));
  expect(() => verify({ ...tape, instructions })).toThrow("verify: state 'w' is not updated as a whole");
});

test('an update that nobody asked for', () => {
  expect(() => verify({ ...compile(program), updated: new Set() })).toThrow(/state 'w', which has no update, reads slot/);
});

describe('an instruction that is issued again', () => {
  const tape = compile(program);
  const first = tape.instructions[0]!;
  const withLast = (last: Instruction): Tape => ({ ...tape, instructions: [...tape.instructions, last] });

  test('computes the same of the same', () => {
    const other = { ...first, again: 'to see', reads: first.reads.slice(1) };
    expect(() => verify(withLast(other))).toThrow(
      /^verify: instruction \d \(kernel .*\) is issued again, but not with the same nodes$/,
    );
  });

  test('comes after the first', () => {
    const other = { ...first, again: 'to see', nodes: [] };
    expect(() => verify(withLast(other))).toThrow(/^verify: instruction \d \(kernel \) is issued again, but never before$/);
  });
});
