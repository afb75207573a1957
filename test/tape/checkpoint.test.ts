import { checkpoint, customGradient, Graph, grad, interpreter, type Node, sum, TapeMachine } from '@tapegrad/core';
import { add, dropout, matmul, mul, softmax, square, tanh } from '@tapegrad/ops';
import { zeros } from '@tapegrad/train';
import { describe, expect, test } from 'vitest';
import { memoryOf } from '../../packages/core/src/machine/memory.js';
import { textOfTape } from '../../packages/core/src/tape/text.js';
import { compile, expectSameBits, run } from '../../packages/core/test/tape-support.js';

type Block = (h: Node) => Node;
type Around = (block: Block) => Block;
const plainly: Around = (block) => block;

/** A net of products in a row with an update of its one weight; `around` wraps each block of `length` products. */
function net(products: number, length: number, around: Around, outer: Around = plainly) {
  const graph = new Graph();
  const w = graph.parameter('w', zeros([8, 8]));
  const layer = (h: Node): Node => tanh(matmul(h, w));
  const block = (h: Node): Node => Array.from({ length }).reduce<Node>(layer, h);
  const blocks = (h: Node, count: number): Node => Array.from({ length: count }).reduce<Node>((y) => around(block)(y), h);
  const half = products / length / 2;
  const x = graph.input('x', [8, 8]);
  const loss = sum(square(outer((h) => blocks(h, half))(outer((h) => blocks(h, half))(x))));
  return { outputs: { loss }, updates: [{ state: w, value: grad(loss, w) }] };
}

describe('a checkpointed function', () => {
  test('has its inner values made again just before derivatives read them', () => {
    expect(textOfTape(compile(net(4, 2, checkpoint)))).toMatchInlineSnapshot(`
      "tape: 15 instructions, 6 distinct kernels, 16,192 flops, 13,060 bytes moved, 1,600 of scratch, 256 of state
      input x: @0 float32 [8, 8]
      state w: float32 [8, 8], updated
       0  kernel contract.12 tanh.13: x, w → @256 float32 [8, 8]; 768 bytes, 1,088 flops
       1  kernel contract.14 tanh.15: @256, w → @512 float32 [8, 8]; 768 bytes, 1,088 flops
       2  kernel contract.16 tanh.17: @512, w → @256 float32 [8, 8]; 768 bytes, 1,088 flops
       3  kernel contract.18 tanh.19 square.20 mul.23 sub.24 mul.25: @256, w → @768 float32 [8, 8], @1024 float32 [8, 8]; 1,024 bytes, 1,344 flops
       4  kernel square.20 sum.45: @768 → @1536 float32 []; 260 bytes, 128 flops
       5  kernel again contract.16 tanh.17: @512, w → @256 float32 [8, 8]; 768 bytes, 1,088 flops
       6  kernel again contract.18 tanh.19 square.20 mul.23 sub.24 mul.25: @256, w → @768 float32 [8, 8], @1024 float32 [8, 8]; 1,024 bytes, 1,344 flops
       7  kernel contract.26 square.28 sub.29 mul.30: @1024, w, @256 → @768 float32 [8, 8]; 1,024 bytes, 1,216 flops
       8  kernel contract.27: @256, @1024 → @1280 float32 [8, 8]; 768 bytes, 1,024 flops
       9  kernel contract.31 square.34 sub.35 mul.36: @768, w, @512 → @256 float32 [8, 8]; 1,024 bytes, 1,216 flops
      10  kernel contract.32 add.33: @512, @768, @1280 → @1280 float32 [8, 8]; 1,024 bytes, 1,088 flops
      11  kernel again contract.12 tanh.13: x, w → @512 float32 [8, 8]; 768 bytes, 1,088 flops
      12  kernel contract.37 square.40 sub.41 mul.42: @256, w, @512 → @768 float32 [8, 8]; 1,024 bytes, 1,216 flops
      13  kernel contract.38 add.39: @512, @256, @1280 → @1280 float32 [8, 8]; 1,024 bytes, 1,088 flops
      14  kernel contract.43 add.44: x, @768, @1280 → w float32 [8, 8]; 1,024 bytes, 1,088 flops
      output loss: @1536 float32 []"
    `);
  });

  test('takes less memory for more operations, and gives the same bits', () => {
    const [kept, dropped] = [net(32, 4, plainly), net(32, 4, checkpoint)];
    const [whole, less] = [compile(kept), compile(dropped)];
    expect(less.scratchBytes).toBeLessThan(0.5 * whole.scratchBytes);
    expect(memoryOf(whole).recomputed).toEqual({ instructions: 0, bytes: 0, flops: 0 });
    expect(memoryOf(less).recomputed.instructions).toBeGreaterThan(20);
    expectSameBits(run(kept, whole), run(dropped, less), 'checkpoint');
  });

  test('inside of another takes less memory still', () => {
    const flat = compile(net(64, 8, plainly, checkpoint));
    const nested = net(64, 8, checkpoint, checkpoint);
    const tape = compile(nested);
    expect(tape.scratchBytes).toBeLessThan(0.6 * flat.scratchBytes);
    expectSameBits(run(nested, compile(nested, { recompute: false })), run(nested, tape), 'checkpoint');
  });

  test('changes nothing where nothing is differentiated', () => {
    const forward = ({ outputs }: ReturnType<typeof net>) => textOfTape(compile({ outputs }));
    expect(forward(net(8, 2, checkpoint))).toBe(forward(net(8, 2, plainly)));
  });

  test('may be left uncomputed twice', () => {
    expect(compile(net(8, 2, checkpoint), { recompute: false }).instructions.every((each) => each.again === undefined)).toBe(
      true,
    );
  });

  test('gives several nodes, with draws, composites and derivatives of its own', () => {
    const graph = new Graph();
    const w = graph.parameter('w', zeros([8, 8]));
    const clipped = customGradient((x) => tanh(x), { vjp: (g, y) => [mul(g, y)] });
    const make = (around: <R extends readonly Node[]>(fn: (h: Node) => R) => (h: Node) => R) =>
      around((h: Node) => {
        const mixed = clipped(matmul(dropout(softmax(matmul(h, w)), 0.5), w));
        return [tanh(mixed), square(mixed)] as const;
      });
    const [a, b] = make(checkpoint)(graph.input('x', [8, 8]));
    const [c, d] = make(checkpoint)(add(a, b));
    const loss = sum(mul(c, d));
    const program = { outputs: { loss }, updates: [{ state: w, value: grad(loss, w) }] };
    const tape = compile(program);
    expect(memoryOf(tape).recomputed.instructions).toBeGreaterThan(0);
    expectSameBits(run(program, compile(program, { recompute: false })), run(program, tape), 'checkpoint');
  });
});

test('tools tell what is computed again', async () => {
  const graph = new Graph();
  const w = graph.parameter('w', zeros([4, 4]));
  let inner: Node | null = null;
  const block = checkpoint((h: Node) => {
    inner = tanh(matmul(h, w));
    return tanh(matmul(inner, w));
  });
  const loss = sum(square(block(graph.input('x', ['rows', 4]))));
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const program = await machine.compile({ loss, slope: grad(loss, w) }, { dims: { rows: 3 } });
  expect(program.explain(inner!)).toMatch(
    /made by instruction 0; stored because .*; made again by instruction \d, as it is checkpointed/,
  );
  const { entries } = await program.profile({ x: new Float32Array(12) }, { runs: 1 });
  expect(entries.filter((entry) => entry.again)).toHaveLength(program.memory.recomputed.instructions);
  expect(program.tape).toContain('kernel again contract');
});

test.each([-1, Number.NaN])('a memory limit of %d is refused', async (memoryLimit) => {
  const graph = new Graph();
  const machine = new TapeMachine(graph, { backend: interpreter() });
  await expect(machine.compile({ x: graph.scalar('x') }, { memoryLimit })).rejects.toThrow(
    `memoryLimit: ${memoryLimit} is no number of bytes; give one such as 64 * 2 ** 20.`,
  );
});
