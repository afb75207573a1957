import { isInput, isState } from '../src/graph/leaves.js';
import type { Node } from '../src/graph/node.js';
import { reached } from '../src/graph/replay.js';
import type { Target } from '../src/placement/target.js';
import { runChecked } from '../src/tape/checked-run.js';
import { compileTape, type PassOptions } from '../src/tape/compile.js';
import type { Tape } from '../src/tape/tape.js';
import type { Update } from '../src/tape/updates.js';
import { arrayOf, DTYPES, type TypedArray } from '../src/tensor/dtype.js';

export const TARGET: Target = {
  dtypes: new Set(DTYPES),
  instructions: 'kernels',
  keeps: new Set(),
  wideSums: true,
  statements: 400,
  lanes: 1,
  tile: [4, 4],
  memory: 'host',
  alignment: 64,
};

export interface Program {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly updates?: readonly Update[];
}

export function compile(
  { outputs, updates = [] }: Program,
  passes: PassOptions = {},
  target: Partial<Target> = {},
  memoryLimit = Infinity,
): Tape {
  return compileTape(outputs, updates, { target: { ...TARGET, ...target }, backendName: 'test', passes, memoryLimit });
}

/** Every way to switch the passes that must not change a bit, and a machine of little room. */
const WAYS: readonly (readonly [PassOptions, Partial<Target>])[] = [
  [{ fuse: false, inPlace: false, recompute: false }, {}],
  [{ fuse: false }, {}],
  [{ inPlace: false }, {}],
  [{}, {}],
  [{ simplify: false }, {}],
  [{}, { statements: 6, tile: [1, 1], alignment: 8 }],
];

/** Small whole numbers, different in every element, so that sums are exact and a mix-up shows. */
function valuesFor(node: Node, salt: number): TypedArray {
  const length = node.shape.reduce((n: number, d) => n * Number(d), 1);
  const array = arrayOf(node.dtype, length);
  for (let i = 0; i < length; i++)
    array[i] = node.dtype === 'bool' ? (i + salt) % 2 : ((i * 7 + salt * 13) % 23) - (node.dtype === 'uint32' ? 0 : 9);
  return array;
}

/** Runs a tape of a program in checked memory: its results, and the new values of states, w' that of w. */
export function run(program: Program, tape: Tape): Record<string, number[]> {
  const roots = [...Object.values(program.outputs), ...(program.updates ?? []).flatMap(({ state, value }) => [state, value])];
  const leaves = reached(roots);
  const feeds = Object.fromEntries(leaves.filter(isInput).map((node, i) => [node.attrs.name, valuesFor(node as Node, i)]));
  const states = Object.fromEntries(leaves.filter(isState).map((node, i) => [node.attrs.name, valuesFor(node as Node, i + 5)]));
  const { outputs, states: after } = runChecked(tape, feeds, states);
  const renewed = Object.entries(after).map(([name, array]) => [`${name}'`, array] as const);
  return Object.fromEntries([...Object.entries(outputs), ...renewed].map(([name, array]) => [name, [...array]]));
}

/** Throws unless two runs have the same bits. */
export function expectSameBits(first: Record<string, number[]>, other: Record<string, number[]>, how: string): void {
  for (const [name, values] of Object.entries(first)) {
    const others = other[name];
    if (others && values.every((value, k) => Object.is(value, others[k])) && values.length === others.length) continue;
    throw new Error(`'${name}' differs with ${how}: [${others}] instead of [${values}]`);
  }
}

/** Runs a program in every way with checked memory; all must agree on every bit of results and states, which are returned: w' is the new value of w. */
export function runEveryWay(program: Program): Record<string, number[]> {
  const runs = WAYS.map(([passes, target]) => run(program, compile(program, passes, target)));
  const [first, ...others] = runs as [Record<string, number[]>, ...Record<string, number[]>[]];
  others.forEach((other, i) => {
    expectSameBits(first, other, JSON.stringify(WAYS[i + 1]));
  });
  return first;
}
