import { js } from '@tapegrad/backend-cpu';
import {
  type Backend,
  Graph,
  grad,
  interpreter,
  isInput,
  isState,
  type Node,
  type PassOptions,
  reached,
  sum,
  TapeMachine,
} from '@tapegrad/core';
import { add, mul } from '@tapegrad/ops';
import fc from 'fast-check';
import { runEveryWay } from '../../packages/core/test/tape-support.js';
import { choices, type RandomProgram, randomProgram } from '../tape/random-program.js';
import { composed, compositions } from './composition.js';

/** Backends and passes that must give the same bits. */
const WAYS: readonly (readonly [name: string, open: () => Backend, passes: PassOptions])[] = [
  ['js', js, {}],
  ['js, unfused', js, { fuse: false }],
  ['js, nothing in place', js, { inPlace: false }],
  ['interpreter', interpreter, {}],
  ['interpreter, unfused', interpreter, { fuse: false, inPlace: false }],
];

type Values = Readonly<Record<string, ArrayLike<number>>>;

/** Results of a program, and what its states are afterwards, of two runs. */
async function outcomes({ outputs, updates }: RandomProgram, open: () => Backend, passes: PassOptions): Promise<Values> {
  const roots = [...Object.values(outputs), ...updates.flatMap(({ state, value }) => [state, value])];
  const leaves = reached(roots);
  const machine = new TapeMachine(roots[0]!.graph, { backend: open() });
  const program = await machine.compile(outputs, { updates, passes });
  const states = leaves.filter(isState);
  for (const [i, state] of states.entries()) machine.set(state as Node, values(state as Node, i + 5));
  const feeds = Object.fromEntries(leaves.filter(isInput).map((input, i) => [input.attrs.name, values(input as Node, i)]));
  const results = [program.runSync(feeds), program.runSync(feeds)].flatMap((run, k) =>
    Object.entries(run).map(([name, { data }]) => [`${name} of run ${k + 1}`, data] as const),
  );
  const after = states.map((state) => [`state ${state.attrs.name}`, machine.get(state as Node).data] as const);
  return Object.fromEntries([...results, ...after]);
}

function values({ shape }: Node, salt: number): Float64Array {
  const length = (shape as readonly number[]).reduce((a, b) => a * b, 1);
  return Float64Array.from({ length }, (_, i) => Math.sin(1 + i * 1.7 + salt * 3.1) * 2);
}

async function checkEveryWay(program: RandomProgram): Promise<void> {
  const [[first, ...setting], ...others] = WAYS as [(typeof WAYS)[number], ...typeof WAYS];
  const wanted = await outcomes(program, ...setting);
  for (const [name, open, passes] of others) {
    const got = await outcomes(program, open, passes);
    for (const [what, row] of Object.entries(wanted)) {
      const at = Array.from(row).findIndex((value, i) => !Object.is(value, got[what]![i]));
      if (at >= 0) throw new Error(`${what} differs at ${at}: ${row[at]} on ${first}, ${got[what]![at]} on ${name}`);
    }
  }
}

/** Random graphs of states, updates and views: the same bits on every backend and with every subset of the passes. */
export async function checkPrograms(options: fc.Parameters<unknown>): Promise<void> {
  const shapes = fc.record({ seed: fc.nat(), length: fc.integer({ min: 1, max: 30 }) });
  await fc.assert(
    fc.asyncProperty(shapes, ({ seed, length }) => checkEveryWay(randomProgram(choices(seed), length))),
    options,
  );
}

/** A random composition of the ops of the table, with gradients and updates of both states that read both gradients. */
const trainingSteps: fc.Arbitrary<RandomProgram> = compositions.map((steps) => {
  const graph = new Graph({ dtype: 'float64' });
  const states = [graph.state('w', [1, 2, 3]), graph.state('v', [[4, 5]])];
  const loss = composed(states, steps);
  const [dw, dv] = grad(loss, states) as [Node, Node];
  const updates = states.map((state) => ({ state, value: mul(state, sum(add(dw, sum(dv)))) }));
  return { outputs: { loss, dw, dv }, updates };
});

/** Training steps of random compositions: the same bits on every backend and with every subset of the passes. */
export async function checkTrainingSteps(options: fc.Parameters<unknown>): Promise<void> {
  await fc.assert(fc.asyncProperty(trainingSteps, checkEveryWay), options);
}

/** The same in memory full of NaN in which every byte knows its writer: no kernel reads what another has overwritten, or nobody wrote. */
export function checkMemory(options: fc.Parameters<unknown>): void {
  fc.assert(
    fc.property(trainingSteps, (program) => {
      runEveryWay(program);
    }),
    options,
  );
}
