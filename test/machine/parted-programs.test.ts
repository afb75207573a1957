import { type Backend, interpreter } from '@tapegrad/core';
import { conv2d, cumsum, Graph, gather, type Node, sum, TapeMachine, Tensor, vjp } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { parted } from './parted.js';

/** What threads share, whatever it takes to do it in parts. */
const programs: Readonly<Record<string, (x: Numbers) => Node>> = {
  'the gradient of a strided convolution by images': (x) => {
    const images = x('images', [3, 5, 12, 12]);
    const y = conv2d(images, x('kernels', [6, 5, 3, 3]), { stride: 2, padding: 1 });
    return vjp([y], [images], [x('gradient', y.shape as number[])])[0]!;
  },
  'the gradient of elements that are gathered': (x) => {
    const rows = x('rows', [7, 9]);
    const y = gather(rows, x('which', [7, 15], 9), { axis: 1 });
    return vjp([y], [rows], [x('gradient', y.shape as number[])])[0]!;
  },
  'scans of columns': (x) => cumsum(x('rows', [30, 64]), { axis: 0 }),
  'a sum of rows that are short': (x) => sum(x('rows', [20_000, 8]), { axis: 0 }),
};

/** A state of whole numbers, whose sums are exact in any order; of those from 0 to `below`, where that is given. */
type Numbers = (name: string, shape: readonly number[], below?: number) => Node;

async function valuesOf(build: (x: Numbers) => Node, backend: Backend): Promise<ArrayLike<number>> {
  const graph = new Graph();
  const numbers: Numbers = (name, shape, below) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const values = Array.from({ length: count }, (_, i) => ((i * 7 + name.length * 5) % (below ?? 19)) - (below ? 0 : 9));
    return graph.state(name, Tensor.from(values, { shape: [...shape], dtype: below ? 'int32' : 'float32' }));
  };
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({ y: build(numbers) });
  const { y } = await program.run();
  machine.dispose();
  return y.data;
}

describe.each(Object.entries(programs))('%s', (_, build) => {
  it('is all done in parts, but for what comes of blocks, and these give the same values in any order', async () => {
    const expected = await valuesOf(build, interpreter());
    const alone: (readonly string[])[] = [];
    for (const from of ['first', 'last'] as const) {
      expect(
        await valuesOf(
          build,
          parted(3, from, (ops) => alone.push(ops)),
        ),
      ).toEqual(expected);
    }
    expect(alone.filter((ops) => !ops.some((op) => op.endsWith(' of blocks')))).toEqual([]);
  });
});
