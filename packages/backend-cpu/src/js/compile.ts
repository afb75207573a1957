import {
  arrayOf,
  BackendError,
  type Instruction,
  type Kernel,
  type KernelBuffer,
  type Linkable,
  linkOther,
  type Tape,
  type TypedArray,
} from '@tapegrad/core';
import { importsFor, library } from './library.js';
import { printKernel } from './print.js';

/** A kernel as a function of its buffers and panels. */
interface Compiled {
  readonly run: (...arrays: TypedArray[]) => void;
  readonly text: string;
}

/** Calls in one function of the driver: V8 optimises no function of more than 60 KB of bytecode, and a call takes up to a hundred bytes. */
const CALLS = 400;
/** The most compiled kernels that are kept for programs to come. */
const KEPT = 4096;

/** Every kernel that was compiled lately, by its canonical text: equal kernels are compiled once per process. */
const kernels = new Map<string, Compiled>();

/** Throws `BackendError` where the page's policy forbids generated code. */
export function compileKernel(kernel: Kernel): Compiled {
  const known = kernels.get(kernel.key);
  if (known) return known;
  const text = printKernel(kernel);
  const run = generated(`${importsFor(text)}return ${text};`)(library) as Compiled['run'];
  const compiled = { run, text };
  if (kernels.size >= KEPT) kernels.delete(kernels.keys().next().value!);
  kernels.set(kernel.key, compiled);
  return compiled;
}

/** A function of `library` with this body. Throws `BackendError` where the page's policy forbids generated code. */
function generated(body: string): (library: unknown) => unknown {
  try {
    return new Function('library', `'use strict';\n${body}`) as (library: unknown) => unknown;
  } catch (cause) {
    if (!(cause instanceof EvalError)) throw cause;
    throw new BackendError(
      "js: this page's Content-Security-Policy forbids generated code. Allow 'unsafe-eval', or use js({ interpret: true }), which is slower.",
      { cause },
    );
  }
}

/** A tape as JavaScript: one function per distinct kernel, and a driver that calls them with the arrays of their slots. */
export function compileTapeToJavaScript(tape: Tape): Linkable {
  const compiled = tape.instructions.map((instruction) =>
    instruction.kind === 'kernel' ? compileKernel(instruction.kernel) : null,
  );
  const distinct = [...new Set(compiled.filter((kernel) => kernel !== null))];
  const numbers = new Map(distinct.map((kernel, i) => [kernel, i]));
  const panels = new Panels();
  const driver = driverText(
    tape.instructions.map((instruction, i) => callText(instruction, i, numbers.get(compiled[i]!), panels)),
  );
  const makeDriver = generated(driver)(library) as Driver;
  const runs = distinct.map(({ run }) => run);
  return {
    get source() {
      const named = distinct.map(({ text }, i) => text.replace('function kernel(', `function k${i}(`));
      return `${importsFor(named.join('\n'))}${[...named, driver].join('\n\n')}\n`;
    },
    link: (views) => {
      const arrays = panels.allocate();
      const steps = tape.instructions.map((instruction, i) => {
        if (instruction.kind !== 'kernel') return linkOther('js', instruction, views);
        const { run } = compiled[i]!;
        const own = panels.of(instruction.kernel).map((panel) => arrays[panel]!);
        const all = [...instruction.slots.map(({ id }) => views[id]!), ...own];
        return () => run(...all);
      });
      return { steps, run: makeDriver(runs, views, arrays, steps) };
    },
  };
}

type Driver = (
  kernels: readonly Compiled['run'][],
  views: readonly TypedArray[],
  panels: readonly TypedArray[],
  steps: readonly (() => void)[],
) => () => void;

/** The panels of all kernels of a tape, by number. Kernels take turns at them. */
class Panels {
  readonly #all = new Map<string, { readonly number: number; readonly panel: KernelBuffer }>();

  of({ panels }: Kernel): number[] {
    const seen = new Map<string, number>();
    return panels.map((panel) => {
      const kind = `${panel.dtype} ${panel.length}`;
      const nth = seen.get(kind) ?? 0;
      seen.set(kind, nth + 1);
      const key = `${kind} ${nth}`;
      const known = this.#all.get(key) ?? { number: this.#all.size, panel };
      this.#all.set(key, known);
      return known.number;
    });
  }

  allocate(): TypedArray[] {
    return [...this.#all.values()].map(({ panel: { dtype, length } }) => arrayOf(dtype, length));
  }
}

/** One instruction as a call: kernels by number, arrays by slot, all else by its place on the tape. */
interface Call {
  readonly text: string;
  readonly uses: readonly string[];
}

function callText(instruction: Instruction, place: number, kernel: number | undefined, panels: Panels): Call {
  if (instruction.kind !== 'kernel') return { text: `s${place}();`, uses: [`s${place}`] };
  const own = panels.of(instruction.kernel).map((panel) => `p${panel}`);
  const arrays = [...instruction.slots.map(({ id }) => `v${id}`), ...own];
  return { text: `k${kernel}(${arrays.join(', ')});`, uses: [`k${kernel}`, ...arrays] };
}

const SOURCES: Readonly<Record<string, string>> = { k: 'kernels', v: 'views', p: 'panels', s: 'steps' };

/** A function of all kernels, views, panels and steps that gives a function without parameters: nothing is looked up while it runs. */
function driverText(calls: readonly Call[]): string {
  const chunks = Array.from({ length: Math.ceil(calls.length / CALLS) }, (_, i) => calls.slice(i * CALLS, (i + 1) * CALLS));
  const bodies = chunks.map((chunk) => {
    const names = [...new Set(chunk.flatMap(({ uses }) => uses))];
    const constants = names.map((name) => `  const ${name} = ${SOURCES[name[0]!]}[${name.slice(1)}];`);
    const lines = chunk.map(({ text }) => `    ${text}`);
    return ['(() => {', ...constants, '  return () => {', ...lines, '  };', '})()'].join('\n');
  });
  if (bodies.length === 1) return `return (kernels, views, panels, steps) => ${bodies[0]};`;
  const all = bodies.map((body, i) => `const chunk${i} = ${body};`);
  const run = bodies.map((_, i) => `chunk${i}();`).join(' ');
  return ['return (kernels, views, panels, steps) => {', ...all, `return () => { ${run} };`, '};'].join('\n');
}
