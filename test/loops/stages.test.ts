import { type Backend, interpreter, type Node, TapeMachine } from '@tapegrad/core';
import { Graph, js, wasm } from 'tapegrad';
import { describe, expect, it } from 'vitest';

/** The interpreter as if it had threads for blocks of ten elements. */
function inBlocks(): Backend {
  const { name, target, open } = interpreter();
  return { name, target: { ...target, stages: { length: 10, threads: 4, neighbours: 8 } }, open };
}

function reductions(graph: Graph, x: Node, axis?: number[]): Readonly<Record<string, Node>> {
  const options = axis ? { axis } : {};
  return {
    sum: graph.sum(x, options),
    squares: graph.sum(graph.square(x), options),
    max: graph.max(x, options),
    min: graph.min(x, options),
    parity: graph.prod(graph.sub(1, graph.mul(graph.abs(graph.fmod(x, 2)), 2)), options),
    mean: graph.mean(x, options),
    position: graph.argmax(x, options.axis ? { axis: options.axis[0]! } : {}),
  };
}

describe('reductions in stages', () => {
  it.each([
    ...[[[10]], [[11]], [[12]], [[13]], [[97]], [[100]], [[1000]], [[1, 101]]],
    ...[
      [[3, 50], [1]],
      [[50, 3], [0]],
      [[4, 50], [1]],
      [[50, 7], [0]],
      [
        [2, 7, 9],
        [0, 2],
      ],
      [
        [2, 3, 25],
        [0, 2],
      ],
      [
        [6, 5, 7, 2],
        [0, 1, 2],
      ],
    ],
  ])('combine every element of %j once', async (shape, axis?: number[]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const x = Float64Array.from({ length }, (_, i) => ((i * 37) % 11) - 5);
    const [got, wanted] = await Promise.all(
      [inBlocks(), interpreter()].map(async (backend) => {
        const graph = new Graph({ dtype: 'float64' });
        const outputs = reductions(graph, graph.input('x', shape), axis);
        return (await new TapeMachine(graph, { backend }).compile(outputs)).run({ x });
      }),
    );
    for (const [name, { data }] of Object.entries(wanted!)) expect([name, ...got![name]!.data]).toEqual([name, ...data]);
  });

  it('multiply and add in blocks', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const [x, y] = [graph.input('x', [3, 101]), graph.input('y', [101])];
    const machine = new TapeMachine(graph, { backend: inBlocks() });
    const program = await machine.compile({ products: graph.matmul(x, y) });
    const feeds = {
      x: Float64Array.from({ length: 303 }, (_, i) => i % 7),
      y: Float64Array.from({ length: 101 }, (_, i) => i % 5),
    };
    const row = (i: number): number => feeds.y.reduce((sum, value, k) => sum + value * feeds.x[101 * i + k]!, 0);
    expect([...program.runSync(feeds).products.data]).toEqual([row(0), row(1), row(2)]);
    expect(program.tape).toContain('contract by blocks');
  });

  it('add up products of few results in blocks, each term once, with the bits of the interpreter', async () => {
    const { target, open } = wasm({ threads: 2 });
    const blocks = { ...target, stages: { length: 32_768, threads: 4, products: { results: 96, terms: 2 ** 16 } } };
    const productOn = async (backend: Backend, scale: number): Promise<Iterable<number>> => {
      const graph = new Graph();
      const machine = new TapeMachine(graph, { backend });
      const program = await machine.compile({ product: graph.matmul(graph.input('x', [8, 4001]), graph.input('y', [4001, 12])) });
      expect(program.tape.includes('float32 [3, 8, 12]')).toBe(backend.target === blocks);
      const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => ((i * 37) % 11) / scale);
      return (await program.run({ x: values(8 * 4001), y: values(12 * 4001) })).product.data as Float32Array;
    };
    const compiled: Backend = { name: 'wasm', target: blocks, open };
    expect(await productOn(compiled, 1)).toEqual(await productOn(js(), 1));
    expect(await productOn(compiled, 7)).toEqual(await productOn({ ...interpreter(), target: blocks }, 7));
  });

  it('leave products whole that are short, or of many results', async () => {
    const tapeOf = async (rows: number, length: number): Promise<string> => {
      const graph = new Graph();
      const product = graph.matmul(graph.input('x', [rows, length]), graph.input('y', [length, 32]));
      return (await new TapeMachine(graph, { backend: wasm({ threads: 1 }) }).compile({ product })).tape;
    };
    expect(await tapeOf(32, 10_000)).toContain('contract by blocks');
    expect(await tapeOf(32, 2000)).not.toContain('blocks');
    expect(await tapeOf(33, 10_000)).not.toContain('blocks');
    expect(await tapeOf(1, 60_000)).not.toContain('blocks');
  });

  it('take equal blocks where there are such, stages of stages where there are many, and none for many results', async () => {
    const tapeOf = async (shape: number[], axis: number): Promise<string> => {
      const graph = new Graph();
      const machine = new TapeMachine(graph, { backend: inBlocks() });
      return (await machine.compile({ y: graph.sum(graph.input('x', shape), { axis }) })).tape;
    };
    expect(await tapeOf([96], 0)).toContain('float32 [12]');
    expect(await tapeOf([97], 0)).toContain('float32 [10]');
    expect(await tapeOf([4000], 0)).toContain('sum of blocks by blocks');
    expect(await tapeOf([96, 7], 0)).toContain('float32 [16, 7]');
    expect(await tapeOf([7, 96], 1)).not.toContain('blocks');
    expect(await tapeOf([96, 8], 0)).not.toContain('blocks');
    expect(await tapeOf([4, 96], 1)).not.toContain('blocks');
    expect(await tapeOf([10], 0)).not.toContain('blocks');
  });
});
