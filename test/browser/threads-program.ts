import { Graph, matmul, type Node, TapeMachine, tanh, wasm } from 'tapegrad';
import { presentCrew } from '../../packages/backend-cpu/src/wasm/threads/crew.js';

const SIZE = 256;

/** What a page, or a worker of it, tells of a program of some products on so many threads. */
async function report(threads: number | 'auto'): Promise<string> {
  const graph = new Graph();
  const x = graph.input('x', [SIZE, SIZE]);
  let y: Node = x;
  for (let i = 0; i < 4; i++) y = tanh(matmul(y, x));
  try {
    const machine = new TapeMachine(graph, { backend: wasm({ threads }) });
    const program = await machine.compile({ y });
    const feeds = { x: Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i) / 8) };
    const alone = (await program.run(feeds)).y.data;
    while (!presentCrew().isReady && presentCrew().unable === null) await new Promise((resolve) => setTimeout(resolve, 5));
    const together = program.runSync(feeds).y.data;
    const same = alone.every((value, i) => Object.is(value, together[i]));
    const workers = presentCrew().size;
    machine.dispose();
    return `${workers} workers, ${same ? 'the same bits' : 'other bits'}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

Object.assign(globalThis, { report });
const scope = globalThis as unknown as { document?: object; onmessage?: unknown; postMessage(message: string): void };
if (!scope.document) {
  scope.onmessage = async ({ data }: { data: number | 'auto' }): Promise<void> => scope.postMessage(await report(data));
}
