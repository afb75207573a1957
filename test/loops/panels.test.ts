import { bytesOf, type Node, PANELS_BYTES } from '@tapegrad/core';
import fc from 'fast-check';
import { add, einsum, Graph, mul, softmax, wasm } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { compileTape } from '../../packages/core/src/tape/compile.js';

/** The bytes of the panels of each kernel that computes a node. */
function panelsOf(y: Node): number[] {
  const options = { target: wasm().target, backendName: 'wasm', passes: {}, memoryLimit: Infinity };
  return compileTape({ y }, [], options).instructions.map((instruction) =>
    instruction.kind === 'kernel'
      ? instruction.kernel.panels.reduce((sum, { dtype, length }) => sum + length * bytesOf(dtype), 0)
      : 0,
  );
}

describe('the panels of a kernel', () => {
  it('fit the memory for them, whatever is multiplied', () => {
    const layouts = ['mk,kn->mn', 'mk,nk->mn', 'km,kn->mn', 'km,nk->mn', 'bkm,bkn->mn', 'bkm,kn->bmn'];
    const size = fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 41, max: 5000 }),
      fc.integer({ min: 5001, max: 2e5 }),
    );
    let panels = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...layouts),
        size,
        size,
        size,
        fc.integer({ min: 2, max: 2000 }),
        fc.constantFrom('float32' as const, 'float64' as const),
        (layout, m, k, n, b, dtype) => {
          const sizes: Record<string, number> = { m, k, n, b };
          const [x, w] = layout.split('->')[0]!.split(',');
          const graph = new Graph();
          const input = (name: string, axes: string): Node =>
            graph.input(
              name,
              [...axes].map((axis) => sizes[axis]!),
              dtype,
            );
          fc.pre([x!, w!, layout.split('->')[1]!].every((axes) => [...axes].reduce((p, axis) => p * sizes[axis]!, 1) < 2 ** 28));
          for (const bytes of panelsOf(einsum(layout, input('x', x!), input('w', w!)))) {
            panels += Math.sign(bytes);
            expect(bytes).toBeLessThanOrEqual(PANELS_BYTES);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(panels).toBeGreaterThan(10);
  });

  it('fit it, too, where stages hand on several long rows', () => {
    const graph = new Graph();
    const x = graph.input('x', [8, 50_000]);
    const rows = [1, 2, 3, 4, 5, 6].map((factor) => softmax(mul(x, factor)));
    for (const bytes of panelsOf(rows.reduce(add))) expect(bytes).toBeLessThanOrEqual(PANELS_BYTES);
  });
});
