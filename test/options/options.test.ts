import * as backendCpu from '@tapegrad/backend-cpu';
import * as backendGpu from '@tapegrad/backend-gpu';
import * as core from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import * as train from '@tapegrad/train';
import * as trainNode from '@tapegrad/train/node';
import * as tapegrad from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../docs/src/docstrings.js';
import { type OptionedCall, optionedCalls } from './calls.js';

/** What the packages export, by the file that says so; of the last one, what is its own. */
const SOURCES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'packages/core/src/index.ts': core,
  'packages/ops/src/index.ts': ops,
  'packages/backend-cpu/src/index.ts': backendCpu,
  'packages/backend-gpu/src/index.ts': backendGpu,
  'packages/train/src/index.ts': train,
  'packages/train/src/node/index.ts': trainNode,
  'packages/tapegrad/src/machine.ts': tapegrad,
};

/** What takes an object that is no set of options: an op's rules as `forms.test.ts` tries them, and parts of the engine that are handed on. */
const EXEMPT: ReadonlySet<string> = new Set([
  ...['defineOp', 'common'],
  ...['Graph.making', 'new Node', 'Builder.recurrence', 'Index.axis', 'Index.value', 'new Difference', 'new Site'],
  ...['kernelOf', 'place', 'prepare', 'runnerOf', 'interpretChecked', 'interpretTape', 'HostSession.load', 'new ArrayExecutable'],
  ...Object.keys(core).flatMap((name) => (name.endsWith('Error') ? [`new ${name}`] : [])),
]);

const graph = new tapegrad.Graph();
const x = graph.input('x', [2, 3]);
const machine = new tapegrad.TapeMachine(graph);
const INSTANCES: Readonly<Record<string, unknown>> = {
  Graph: graph,
  TapeMachine: machine,
  Program: await machine.compile({ x }),
  Procedure: new core.Procedure(),
};

/** Calls it with an option that nothing has. */
async function misspell(exported: unknown, { kind, of, member, before }: OptionedCall): Promise<unknown> {
  const args = [...before.map((isList) => (isList ? [x] : x)), { zzzzzzzz: 1 }];
  if (kind === 'class') return new (exported as new (...given: unknown[]) => unknown)(...args);
  if (kind === 'function') return tapegrad.callOn(graph, () => (exported as (...given: unknown[]) => unknown)(...args));
  const holder = (kind === 'static' ? exported : INSTANCES[of]) as Record<string, (...given: unknown[]) => unknown>;
  return holder[member]!(...args);
}

const program = programOf(Object.keys(SOURCES));
const calls = Object.entries(SOURCES).flatMap(([path, exported]) =>
  optionedCalls(program, path)
    .filter(({ name }) => !EXEMPT.has(name))
    .map((call) => ({ name: call.name, call, exported: exported[call.of] })),
);

describe('what takes options', () => {
  it.each(calls)('$name refuses what is none of them, and lists all', async ({ call, exported }) => {
    const error = await misspell(exported, call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(core.OptionError);
    const [, names] = /^.+: zzzzzzzz is no (?:option|rule); it takes (.+?)\.(?: \(.+\))?$/.exec((error as Error).message) ?? [];
    expect(names?.split(', ').toSorted()).toEqual(call.options.toSorted());
  });

  it('is no longer exempt where it is gone', () => {
    const names = new Set(Object.keys(SOURCES).flatMap((path) => optionedCalls(program, path).map(({ name }) => name)));
    expect([...EXEMPT].filter((name) => !names.has(name))).toEqual([]);
  });
});
