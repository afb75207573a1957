import { prepare } from '../loops/interpret.js';
import type { Instruction, Tape } from '../tape/tape.js';
import { DTYPES } from '../tensor/dtype.js';
import type { Backend, KernelRunner } from './backend.js';
import { HostSession, type Linkable, linkOther } from './host-session.js';

/**
 * The backend that interprets kernels: slow, everywhere, and what every other backend is measured against. It generates no code.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: interpreter() });
 */
export function interpreter(): Backend {
  return {
    name: 'interpreter',
    target: {
      dtypes: new Set(DTYPES),
      instructions: 'kernels',
      keeps: new Set(),
      wideSums: true,
      lanes: 1,
      statements: 400,
      tile: [1, 1],
      memory: 'host',
      alignment: 8,
    },
    open: () => new HostSession((tape) => interpretTape('interpreter', tape)),
  };
}

/**
 * A tape whose kernels are interpreted, on behalf of a backend.
 *
 * @example
 * const session = new HostSession((tape) => interpretTape('mine', tape));
 */
export function interpretTape(backend: string, tape: Tape): Linkable {
  return linkKernels(backend, tape, ({ kernel }) => prepare(kernel));
}

type KernelInstruction = Extract<Instruction, { kind: 'kernel' }>;

/** A tape whose kernels are functions of their buffers, one for each instruction. */
export function linkKernels(backend: string, tape: Tape, runnerOf: (instruction: KernelInstruction) => KernelRunner): Linkable {
  const runners = tape.instructions.map((instruction) => (instruction.kind === 'kernel' ? runnerOf(instruction) : null));
  return {
    source: '',
    link: (views) => {
      const steps = tape.instructions.map((instruction, i) => {
        if (instruction.kind !== 'kernel') return linkOther(backend, instruction, views);
        const run = runners[i]!;
        const arrays = instruction.slots.map(({ id }) => views[id]!);
        return () => run(arrays);
      });
      return {
        steps,
        run: () => {
          for (const step of steps) step();
        },
      };
    },
  };
}
