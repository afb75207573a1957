import { type Instruction, type Linkable, linkOther, type Tape, type TypedArray } from '@tapegrad/core';
import { driverOf, OTHER, RUN } from './driver.js';
import { type WasmMemory, type WasmModule, WebAssembly } from './host.js';
import { hostFunctions, importsOf } from './imports.js';
import { prepared, printedOnce } from './kernels.js';
import { HOST, type ImportedFunction, moduleBytes, type WasmFunction } from './module.js';
import type { Arithmetic, PrintedKernel } from './print.js';
import { type Costs, type Phase, phasesOf } from './threads/phases.js';
import type { Team } from './threads/team.js';
import { finishFunction, SLEEP, takeFunction, WAKE } from './threads/turns.js';

/** What the modules of a machine are made for. */
export interface Surroundings {
  readonly memory: WasmMemory;
  readonly arithmetic: Arithmetic;
  /** Those who run them together; null where one thread does. */
  readonly team: Team | null;
  /** What threads cost, where that is not as usual. */
  readonly costs?: Costs;
}

/** The functions of a tape's module: one for each distinct kernel, and a driver. */
interface Printed {
  readonly functions: readonly WasmFunction[];
  /** Which one is the kernel of an instruction. */
  readonly nameOf: (instruction: number) => string;
  readonly phases: readonly Phase[] | null;
  /** Are the loops of an instruction done in parts? */
  readonly isParted: (instruction: number) => boolean;
}

/** A tape as one module over the memory of its session. */
export function compileTapeToWasm(
  tape: Tape,
  views: readonly TypedArray[],
  surroundings: Surroundings,
): Linkable | Promise<Linkable> {
  const printed = printTape(tape.instructions, views, surroundings);
  const module = compile(bytesOf(printed, surroundings));
  const link = (ready: WasmModule): Linkable => linkable(tape, ready, printed, surroundings);
  return module instanceof Promise ? module.then(link) : link(module);
}

function printTape(
  instructions: readonly Instruction[],
  views: readonly TypedArray[],
  { arithmetic, team, costs }: Surroundings,
): Printed {
  const phases = team && phasesOf(instructions, views, { kernelOf: prepared, threads: team.threads, ...(costs && { costs }) });
  const together = phases?.flatMap((phase) => (phase.kind === 'together' ? phase.members : [])) ?? [];
  const divisions = new Map(
    together.flatMap((member) => (member.kind === 'kernel' ? [[member.instruction, member.division]] : [])),
  );
  const names = new Map<PrintedKernel, string>();
  const nameOf = (i: number): string => {
    const instruction = instructions[i]!;
    if (instruction.kind !== 'kernel') throw new Error(`A ${instruction.kind} has no function.`);
    const kernel = printedOnce(prepared(instruction.kernel), arithmetic, divisions.get(i) ?? null);
    let name = names.get(kernel);
    if (name === undefined) {
      name = `k${names.size}`;
      names.set(kernel, name);
    }
    return name;
  };
  const driver = driverOf(instructions, nameOf, views, phases);
  const kernels = [...names].map(([kernel, name]) => ({ ...kernel, name, exported: true }));
  const turns = phases ? [takeFunction(), finishFunction()] : [];
  return { functions: [...kernels, driver, ...turns], nameOf, phases, isParted: (i) => divisions.has(i) };
}

const OTHERS: readonly ImportedFunction[] = [{ name: OTHER, type: { parameters: ['i32'], results: [] } }, SLEEP, WAKE];

function importsFor(functions: readonly WasmFunction[]): ImportedFunction[] {
  const called = new Set(functions.flatMap(({ calls }) => calls.map(({ name }) => name)));
  return [...importsOf([...called].filter((name) => name in hostFunctions)), ...OTHERS.filter(({ name }) => called.has(name))];
}

function bytesOf({ functions }: Printed, { team }: Surroundings): Uint8Array {
  return moduleBytes(importsFor(functions), functions, team ? 'shared' : 'own');
}

/** In a page's main thread, a module that is not small must be compiled without waiting. */
function compile(bytes: Uint8Array): WasmModule | Promise<WasmModule> {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof RangeError) return WebAssembly.compile(bytes);
    throw error;
  }
}

function linkable(tape: Tape, module: WasmModule, printed: Printed, surroundings: Surroundings): Linkable {
  const { memory, team } = surroundings;
  let steps: readonly (() => void)[] = [];
  const other = (i: number): void => steps[i]!();
  const { exports } = new WebAssembly.Instance(module, {
    [HOST]: { ...hostFunctions, ...team?.imports, memory, [OTHER]: other },
  });
  const scratch = tape.slots.find(({ place }) => place.kind === 'scratch');
  const { nameOf, phases, isParted } = printed;
  const drive = exports[RUN]!;
  const together = phases && team ? team.join({ module, drive, phases: phases.length }) : null;
  return {
    get source() {
      return bytesOf(printed, surroundings);
    },
    link: (views) => {
      steps = tape.instructions.map((instruction, i) => {
        if (instruction.kind !== 'kernel') return linkOther('wasm', instruction, views);
        const run = exports[nameOf(i)]!;
        const addresses = instruction.slots.map(({ id }) => views[id]!.byteOffset);
        if (isParted(i)) addresses.push(0, 1, 0);
        return () => run(...addresses);
      });
      const base = scratch?.place.kind === 'scratch' ? views[scratch.id]!.byteOffset - scratch.place.offset : 0;
      return { steps, run: together ? () => together(base) : () => drive(base) };
    },
  };
}
