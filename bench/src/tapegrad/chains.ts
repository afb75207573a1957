import { add, type Backend, Graph, mul, type Node, type Program, type Results, TapeMachine, tanh } from 'tapegrad';
import type { Prepared } from '../system.js';
import { buildChains, type Chains } from '../work/chains.js';

type Outputs = Record<string, Node>;

function build(work: Chains): { graph: Graph; outputs: Outputs } {
  const graph = new Graph();
  const x = graph.input('x', [work.x.length]);
  const ends = buildChains<Node>(work, x, { add, scale: mul, tanh });
  return { graph, outputs: Object.fromEntries(ends.map((end, i) => [`y${i}`, end])) };
}

function join(results: Results<Outputs>): Float32Array {
  const ends = Object.values(results).map(({ data }) => data);
  return Float32Array.from(ends.flatMap((end) => Array.from(end)));
}

/** As a user has it: from a built graph to a program that has run once. */
export function compileChains(backend: Backend, work: Chains): Prepared {
  const { graph, outputs } = build(work);
  const compileAndRun = async () => {
    const machine = new TapeMachine(graph, { backend });
    const program = await machine.compile(outputs);
    const results = await program.run({ x: work.x });
    return { machine, results };
  };
  return {
    async run() {
      const { machine } = await compileAndRun();
      machine.dispose();
    },
    async read() {
      const { machine, results } = await compileAndRun();
      const ends = join(results);
      machine.dispose();
      return ends;
    },
  };
}

export async function runChains(backend: Backend, work: Chains): Promise<Prepared> {
  const { graph, outputs } = build(work);
  const machine = new TapeMachine(graph, { backend });
  const program: Program<Outputs> = await machine.compile(outputs);
  const feeds = { x: work.x };
  return {
    run: () => program.run(feeds),
    read: async () => join(await program.run(feeds)),
    dispose: () => machine.dispose(),
  };
}
