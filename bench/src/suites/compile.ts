import { add, Graph, mul, type Node, type Program, TapeMachine, tanh } from 'tapegrad';
import type { Entry } from '../backends.js';
import { type Case, expectClose, type Prepared } from '../case.js';

const WIDTH = 64;
const values = Float32Array.from({ length: WIDTH }, (_, i) => i / WIDTH - 0.5);

/** `nodes` operations, add, mul and tanh by turns, on vectors of 64, as so many independent chains. */
function build(nodes: number, chains: number): { graph: Graph; outputs: Record<string, Node> } {
  const graph = new Graph();
  const x = graph.input('x', [WIDTH]);
  const ends: Node[] = Array.from({ length: chains }, (_, i) => mul(x, 1 + i / 64));
  for (let i = 0; i < nodes; i++) {
    const at = i % chains;
    const turn = Math.floor(i / chains) % 3;
    const y = ends[at]!;
    ends[at] = turn === 0 ? add(y, x) : turn === 1 ? mul(y, 0.875) : tanh(y);
  }
  return { graph, outputs: Object.fromEntries(ends.map((end, i) => [`y${i}`, end])) };
}

function wanted(x: number, nodes: number, chains: number, chain: number): number {
  let y = x * (1 + chain / 64);
  for (let i = 0; i < Math.ceil((nodes - chain) / chains); i++) y = i % 3 === 0 ? y + x : i % 3 === 1 ? y * 0.875 : Math.tanh(y);
  return y;
}

async function load({ make }: Entry, built: ReturnType<typeof build>): Promise<Program> {
  return new TapeMachine(built.graph, { backend: make() }).compile(built.outputs);
}

function check(program: Program, nodes: number, chains: number): void {
  const results = program.runSync({ x: values });
  for (let chain = 0; chain < chains; chain++) {
    const { data } = results[`y${chain}`]!;
    for (const i of [0, 17, 63])
      expectClose(`chain ${chain} at ${i}`, data[i]!, wanted(values[i]!, nodes, chains, chain), {
        absolute: 1e-5,
        relative: 1e-4,
      });
  }
}

/** Compiling as a user has it: from a built graph to a program that has run once. */
async function compiling(entry: Entry, nodes: number, chains: number): Promise<Prepared> {
  const built = build(nodes, chains);
  return {
    check: async () => check(await load(entry, built), nodes, chains),
    run: async () => {
      const program = await load(entry, built);
      return program.runSync({ x: values });
    },
  };
}

async function running(entry: Entry, nodes: number, chains: number): Promise<Prepared> {
  const program = await load(entry, build(nodes, chains));
  return { check: () => check(program, nodes, chains), run: () => program.runSync({ x: values }) };
}

/** 1,000 and 16,000 nodes on vectors of 64, as one chain and as 32 independent ones: to compile (the first run included), and to run. */
export function compile(entries: readonly Entry[]): Case[] {
  return [1, 32].flatMap((chains) =>
    [1000, 16_000].flatMap((nodes) => {
      const label = chains === 1 ? `${nodes}` : `${nodes}-in-${chains}-chains`;
      const work = (name: string, prepare: (entry: Entry, nodes: number, chains: number) => Promise<Prepared>): Case => ({
        suite: 'compile',
        name,
        flops: 0,
        contestants: entries.map((entry) => ({ system: entry.name, threads: 1, prepare: () => prepare(entry, nodes, chains) })),
      });
      return [work(`compile-${label}`, compiling), work(`run-${label}`, running)];
    }),
  );
}
