import { js } from '@tapegrad/backend-cpu';
import { type Backend, Graph, MachineError, matmul, sgd, sum, TapeMachine, tanh } from 'tapegrad';
import { type Task, task } from '../oracle/outcome.js';
import { wrongs } from './compare.js';
import type { Subject } from './subject.js';

/** Two programs of one machine: a step that moves its state, and what reads it. */
async function pair(backend: Backend) {
  const graph = new Graph();
  const x = graph.input('x', ['n', 3]);
  const w = graph.parameter('w', [
    [0.1, 0.2],
    [0.3, 0.4],
    [0.5, 0.6],
  ]);
  const y = tanh(matmul(x, w));
  const machine = new TapeMachine(graph, { backend });
  const step = await machine.compile({ total: sum(y) }, { updates: sgd(sum(y), [w], { learningRate: 0.1 }) });
  const read = await machine.compile({ y });
  return { machine, step, read, w };
}

function feed(rows: number, salt: number): { x: number[][] } {
  return { x: Array.from({ length: rows }, (_, i) => [Math.sin(i + salt), Math.cos(i), salt / 10]) };
}

type Call = readonly [which: 'step' | 'read', rows: number];
const CALLS: readonly Call[] = [
  ['read', 2],
  ['step', 2],
  ['step', 5],
  ['read', 5],
  ['step', 2],
  ['read', 1],
];

/** Runs that are started together take effect in the order of the calls, whatever sizes and programs they are of. */
async function concurrent({ open }: Subject): Promise<string[]> {
  const [mine, theirs] = [await pair(open()), await pair(js())];
  const started = CALLS.map(([which, rows], i) => mine[which].run(feed(rows, i)));
  const got = await Promise.all(started);
  const found: string[] = [];
  for (const [i, [which, rows]] of CALLS.entries()) found.push(...wrongs(got[i]!, await theirs[which].run(feed(rows, i))));
  const state = wrongs({ w: await mine.machine.getAsync(mine.w) }, { w: theirs.machine.get(theirs.w) });
  return [...found, ...state];
}

/** What must be refused, and by which words. */
async function refusals({ open, floats }: Subject): Promise<string[]> {
  const { machine, step } = await pair(open());
  const found: string[] = [];
  const expectRefusal = async (what: string, call: () => unknown, words: RegExp): Promise<void> => {
    try {
      await call();
      found.push(`${what} was not refused`);
    } catch (error) {
      if (!(error instanceof Error && words.test(error.message))) found.push(`${what} was refused with ${error}`);
    }
  };
  await expectRefusal('a missing feed', () => step.run({}), /^feeds: missing 'x'/);
  await expectRefusal('a feed of another shape', () => step.run({ x: [[1, 2]] }), /^feeds: 'x' has shape \[1, 2\]/);
  if (!floats.includes('float64')) {
    const graph = new Graph({ dtype: 'float64' });
    const wide = new TapeMachine(graph, { backend: open() });
    await expectRefusal('float64', () => wide.compile({ y: tanh(graph.input('x', [2])) }), /cannot run this program: no float64/);
  }
  await step.run(feed(2, 0));
  machine.dispose();
  await expectRefusal('a run after dispose', () => step.run(feed(2, 0)), /^run: the machine is disposed of/);
  return found;
}

/** A machine goes on from what another has saved. */
async function saving({ open }: Subject): Promise<string[]> {
  const [first, second] = [await pair(open()), await pair(open())];
  await first.step.run(feed(2, 0));
  second.machine.load(await first.machine.saveAsync());
  return wrongs(await second.read.run(feed(3, 1)), await first.read.run(feed(3, 1)), 0);
}

/** Order, refusals and state. */
export function behaviourTasks(subject: Subject): Task[] {
  return [
    task('concurrent runs', 'behaviour', () => concurrent(subject)),
    task('refusals', 'behaviour', () => refusals(subject)),
    task('saving and loading', 'behaviour', () => saving(subject)),
  ];
}

/** A device that is taken away gives an error, not numbers, and does not keep a new machine from working. */
export function lossTasks({ open, lose }: Subject): Task[] {
  if (!lose) return [];
  return [
    task('a lost device', 'loss', async () => {
      const { machine, step } = await pair(open());
      const first = (await step.run(feed(2, 0))).total.item();
      lose();
      const found: string[] = [];
      for (const which of ['first', 'second']) {
        const outcome = await step.run(feed(2, 0)).catch((error: unknown) => error);
        if (!(outcome instanceof MachineError)) found.push(`the ${which} run after the loss gave ${outcome}`);
      }
      machine.dispose();
      const next = await pair(open());
      const again = (await next.step.run(feed(2, 0))).total.item();
      next.machine.dispose();
      return again === first ? found : [...found, `a new machine gives ${again} instead of ${first}`];
    }),
  ];
}

const RUNS = 1000;

/** A thousand runs leave nothing behind, and a machine that is disposed of nothing at all. */
export function memoryTasks({ open, held }: Subject): Task[] {
  if (!held) return [];
  return [
    task(`${RUNS} runs`, 'memory', async () => {
      const before = held();
      const { machine, step } = await pair(open());
      for (let i = 0; i < 3; i++) await step.run(feed(2, i));
      const settled = held();
      for (let i = 0; i < RUNS; i++) await step.run(feed(2, i));
      const after = held();
      machine.dispose();
      const rest = held();
      return [
        ...(after === settled ? [] : [`${after - settled} more are held after ${RUNS} runs`]),
        ...(rest === before ? [] : [`${rest - before} more are held after dispose`]),
      ];
    }),
  ];
}
