import { afterEach, describe, expect, it } from 'vitest';
import * as atomic from '../src/wasm/atomic.js';
import { Code } from '../src/wasm/code.js';
import { RUN } from '../src/wasm/driver.js';
import { type Exported, type WasmMemory, WebAssembly } from '../src/wasm/host.js';
import { WasmHeap } from '../src/wasm/memory.js';
import { HOST, moduleBytes } from '../src/wasm/module.js';
import * as op from '../src/wasm/op.js';
import { presentCrew } from '../src/wasm/threads/crew.js';
import { patience } from '../src/wasm/threads/meeting.js';
import { Team } from '../src/wasm/threads/team.js';
import { finishFunction, SLEEP, TAKE, takeFunction, WAKE } from '../src/wasm/threads/turns.js';
import { MEETING } from '../src/wasm/threads/words.js';

const [THREAD, PHASE] = [1, 2];

/** A program of one phase and one part, which the worker takes while the main thread lets it, and does as `work` says. */
function moduleOf(work: (code: Code) => void): object {
  const code = new Code();
  const take = (): void => {
    code.get(PHASE);
    code.i32(1);
    code.call(TAKE);
    code.write(op.drop);
  };
  code.get(THREAD);
  code.if(
    () => {
      take();
      work(code);
    },
    () => {
      code.loop(() => {
        code.i32(MEETING.turn);
        code.memory(atomic.load, 2, 0);
        code.write(op.i32Eqz);
        code.branchIf(0);
      });
      take();
    },
  );
  const run = {
    name: RUN,
    type: { parameters: ['i32', 'i32', 'i32'], results: [] },
    locals: [],
    code: code.bytes,
    calls: code.calls,
    exported: true,
  } as const;
  return new WebAssembly.Module(moduleBytes([SLEEP, WAKE], [run, takeFunction(), finishFunction()], 'shared'));
}

/** How to run such a program, on two threads that are ready. */
async function joined(work: (code: Code) => void): Promise<() => void> {
  const { memory }: { memory: WasmMemory } = new WasmHeap(2);
  const team = new Team(memory, 2);
  const module = moduleOf(work);
  const { exports } = new WebAssembly.Instance(module, { [HOST]: { ...team.imports, memory } });
  const run = team.join({ module, drive: exports[RUN] as Exported, phases: 1 });
  while (!presentCrew().isReady) await new Promise((resolve) => setTimeout(resolve, 1));
  return () => run(0);
}

describe('a worker that has taken a part', () => {
  const { milliseconds } = patience;
  afterEach(() => {
    patience.milliseconds = milliseconds;
    presentCrew().end();
  });

  it('and traps is an error that says why', async () => {
    const run = await joined((code) => code.write(op.unreachable));
    expect(run).toThrow('wasm: a thread failed: unreachable');
    expect(presentCrew().size).toBe(0);
  });

  it('and comes to no end is taken for dead', async () => {
    patience.milliseconds = 200;
    const run = await joined((code) => code.loop(() => code.branch(0)));
    const begin = performance.now();
    expect(run).toThrow(/^wasm: a thread has not been heard of for 0\.[23] s; it must have ended\.$/);
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(presentCrew().size).toBe(0);
  });
});
