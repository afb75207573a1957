import * as cpu from '@tapegrad/backend-cpu';
import * as core from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import * as train from '@tapegrad/train';
import { describe, expect, it } from 'vitest';
import { Graph } from '../src/graph.js';
import * as all from '../src/index.js';
import { TapeMachine } from '../src/machine.js';

const packages: readonly Readonly<Record<string, unknown>>[] = [core, ops, train, cpu];

describe('tapegrad', () => {
  it('exports everything that its packages do, and nothing twice by accident', () => {
    const names = [...new Set(packages.flatMap((each) => Object.keys(each)))];
    expect(names.filter((name) => !(name in all))).toEqual([]);
    const meanings = (name: string) => new Set(packages.filter((each) => name in each).map((each) => each[name]));
    expect(names.filter((name) => meanings(name).size > 1)).toEqual(['linear']);
  });

  it('prefers the op to the form, and its own graph and machine to core', () => {
    expect(all.linear).toBe(ops.linear);
    expect(all.Graph).toBe(Graph);
    expect(all.TapeMachine).toBe(TapeMachine);
  });
});

describe('TapeMachine', () => {
  it('runs on js unless told otherwise', async () => {
    const graph = new Graph();
    const machine = new TapeMachine(graph);
    expect(machine.backend).toBe('wasm');
    expect(new TapeMachine(graph, { backend: core.interpreter() }).backend).toBe('interpreter');
    const program = await machine.compile({ y: graph.add(2, 2.5) });
    expect((await program.run()).y.item()).toBe(4.5);
  });

  it('draws from the seed of the machine through methods', async () => {
    const graph = new Graph();
    const y = graph.randomUniform([3]);
    const draw = async (seed: number) => (await (await new TapeMachine(graph, { seed }).compile({ y })).run()).y;
    expect((await draw(1)).equals(await draw(1))).toBe(true);
    expect((await draw(1)).equals(await draw(2))).toBe(false);
  });
});
