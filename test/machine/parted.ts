import { arrayOf, type Backend, HostSession, interpretTape, type Kernel, prepare, type Stmt } from '@tapegrad/core';
import { wasm } from 'tapegrad';
import { prepared } from '../../packages/backend-cpu/src/wasm/kernels.js';
import type { Division } from '../../packages/backend-cpu/src/wasm/threads/division.js';
import { type Parted, phasesOf } from '../../packages/backend-cpu/src/wasm/threads/phases.js';

type HostMemory = NonNullable<ConstructorParameters<typeof HostSession>[1]>;

/** What tapes of tests need at most. */
const BYTES = 2 ** 24;
const ALIGNMENT = 64;
/** Whatever can be divided is. */
const costs = { phase: Number.NEGATIVE_INFINITY, waking: Number.NEGATIVE_INFINITY };

/**
 * What threads would do, on the interpreter: every phase in the parts that it has for so many threads, each part to its end before the next begins,
 * from the first or from the last. Where a part reads what another has overwritten, or has yet to write, one of these orders shows it, always.
 * `seeAlone` is told the ops of instructions that are not done in parts.
 */
export function parted(threads: number, from: 'first' | 'last', seeAlone: (ops: readonly string[]) => void = () => {}): Backend {
  const { target } = wasm();
  const open = (): HostSession =>
    new HostSession((tape, views) => {
      const options = { kernelOf: prepared, threads, costs };
      const phases = phasesOf(tape.instructions, views, options)!;
      for (const phase of phases) {
        if (phase.kind !== 'alone') continue;
        for (const i of phase.instructions) seeAlone(tape.instructions[i]!.nodes.map(({ op }) => op.name));
      }
      const whole = interpretTape('parted', tape);
      return {
        source: '',
        link: (arrays) => {
          const { steps } = whole.link(arrays);
          const inParts = (member: Parted): (() => void)[] => {
            const each = tape.instructions[member.instruction]!;
            if (each.kind !== 'kernel' || member.kind === 'copy') return [steps[member.instruction]!];
            const slots = each.slots.map(({ id }) => arrays[id]!);
            if (member.kind === 'zeros') return [() => slots[member.buffer]!.fill(0)];
            const { parts, division } = member;
            return Array.from({ length: parts }, (_, part) => {
              const run = prepare(partOf(prepared(each.kernel), division, part));
              return () => run(slots);
            });
          };
          const inOrder = phases.flatMap((phase) => {
            if (phase.kind === 'alone') return phase.instructions.map((i) => steps[i]!);
            const parts = phase.members.flatMap(inParts);
            return from === 'first' ? parts : parts.reverse();
          });
          return {
            steps,
            run: () => {
              for (const step of inOrder) step();
            },
          };
        },
      };
    }, oneMemory());
  return { name: `parted from the ${from}`, target, open };
}

/** One part of a kernel: its range of the loops that are split, and what is done once in the last; without what is done before. */
function partOf(kernel: Kernel, { parts, split, alone, before }: Division, part: number): Kernel {
  let { locals } = kernel;
  const within = (list: readonly Stmt[]): Stmt[] =>
    list.flatMap((statement): Stmt[] => {
      if (alone.has(statement)) return part === parts - 1 ? [statement] : [];
      if (statement.kind === 'if')
        return [{ ...statement, body: within(statement.body), otherwise: within(statement.otherwise) }];
      if (statement.kind !== 'for') return [statement];
      if (!split.has(statement)) return [{ ...statement, body: within(statement.body) }];
      const { count, to, body } = statement;
      if (!('literal' in count)) throw new Error('A loop that is split has a count that is computed.');
      const beginOf = (i: number): number => i * Math.floor(count.literal / parts) + Math.min(i, count.literal % parts);
      const [begin, size] = [beginOf(part), beginOf(part + 1) - beginOf(part)];
      const counter = locals++;
      const args = [
        { local: counter, type: 'int32' },
        { literal: begin, type: 'int32' },
      ] as const;
      const position: Stmt = { kind: 'let', to, type: 'int32', op: 'add', args };
      return [{ ...statement, to: counter, count: { literal: size, type: 'int32' }, body: [position, ...body] }];
    });
  const body = within(kernel.body.slice(before.length));
  return { ...kernel, body, locals };
}

/** All blocks in one, as in WebAssembly: phases tell by addresses what shares memory. */
function oneMemory(): HostMemory {
  const buffer = new ArrayBuffer(BYTES);
  let end = 0;
  const take = (bytes: number): number => {
    const begin = end;
    end = Math.ceil((begin + bytes) / ALIGNMENT) * ALIGNMENT;
    return begin;
  };
  return {
    moves: 0,
    allocate: (bytes) => {
      const begin = take(bytes);
      return { array: (dtype, offset, length) => arrayOf(dtype, buffer, begin + offset, length) };
    },
    constant: (values) => {
      const begin = take(values.byteLength);
      new Uint8Array(buffer, begin).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      return { array: (dtype, offset, length) => arrayOf(dtype, buffer, begin + offset, length) };
    },
    free: () => {},
  };
}
