import { Graph, TapeMachine } from 'tapegrad';

/** Adds two numbers: the smallest whole program. */
export async function main(): Promise<number> {
  const graph = new Graph();
  const a = graph.scalar('a');
  const b = graph.scalar('b');
  const machine = new TapeMachine(graph);
  const program = await machine.compile({ sum: graph.add(a, b) });

  const { sum } = await program.run({ a: 2, b: 2.5 });
  console.log(`2 + 2.5 = ${sum.item()}`);
  return Number(sum.item());
}
