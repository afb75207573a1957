import { describe, expect, it } from 'vitest';
import { productOf } from '../src/loops/contraction.js';
import { Builder } from '../src/loops/expression.js';
import { Index } from '../src/loops/indices.js';
import type { Loop } from '../src/loops/loop.js';
import type { KernelBuffer, Stmt } from '../src/loops/statement.js';
import { PanelMemory } from '../src/placement/panel-memory.js';
import { residuesOf } from '../src/placement/residues.js';

/** The gradient of a convolution with a kernel of 3 and a stride: x[p] = Σ w[stride·k + (p mod stride)]·y[(p div stride) − k]. */
function gradient(size: number, stride: number): Loop {
  const builder = new Builder();
  const steps = Math.ceil(3 / stride);
  const summed = { key: 'k', extent: steps };
  const places = Math.ceil(size / stride);
  return {
    axes: [{ key: 'p', extent: size }],
    order: [0],
    ordered: new Set(),
    tile: new Map([['p', 4]]),
    stores: ([p]) => {
      const tap = Index.axis(summed).times(stride).plus(p!.mod(stride));
      const place = p!.div(stride).minus(Index.axis(summed));
      const weight = builder.guard([[tap, 0, 3]], builder.load(0, 'float32', tap), 0);
      const result = builder.guard(
        [
          [tap, 0, 3],
          [place, 0, places],
        ],
        builder.load(1, 'float32', place),
        0,
      );
      const value = builder.reduce('sum', [summed], result.mul(weight));
      return [{ buffer: 2, address: p!, value, accumulate: false }];
    },
  };
}

describe('a sum of products whose indices are divided', () => {
  it('is a loop for each residue, which sums what its elements meet', () => {
    const loops = residuesOf(gradient(9, 2));
    expect(loops.map(({ axes }) => axes[0]!.extent)).toEqual([5, 4]);
    expect(loops.map((loop) => loop.stores(loop.axes.map(Index.axis))[0]!.address.key)).toEqual(['2*pm0', '2*pm1 + 1']);
    expect(loops.map((loop) => productOf(loop).axes.map(({ extent }) => extent))).toEqual([[2], [1]]);
  });

  it('is 0 where nothing meets', () => {
    const loops = residuesOf(gradient(9, 4));
    const values = loops.map((loop) => loop.stores(loop.axes.map(Index.axis))[0]!.value.is.kind);
    expect(values).toEqual(['reduce', 'reduce', 'reduce', 'constant']);
  });

  it('may be no sum at all for a residue that a guard around it excludes', () => {
    const loop = gradient(9, 2);
    const even: Loop = {
      ...loop,
      stores: ([p]) => {
        const [store] = loop.stores([p!]);
        const { builder } = store!.value;
        return [{ ...store!, value: builder.guard([[p!.mod(2), 0, 1]], store!.value, 7) }];
      },
    };
    const values = residuesOf(even).map((part) => part.stores(part.axes.map(Index.axis))[0]!.value.is.kind);
    expect(values).toEqual(['reduce', 'constant']);
  });

  it('may be a sum of something else than products, in a loop without tiles', () => {
    const loop = gradient(9, 2);
    const { builder } = loop.stores([Index.of(0)])[0]!.value;
    const pooled: Loop = {
      ...loop,
      tile: new Map(),
      stores: ([p]) => {
        const step = Index.axis({ key: 'k', extent: 2 });
        const term = builder.guard([[step.times(2).plus(p!.mod(2)), 0, 3]], builder.load(0, 'float32', p!.div(2).plus(step)), 0);
        const value = builder.reduce('sum', [{ key: 'k', extent: 2 }], term);
        return [{ buffer: 2, address: p!, value, accumulate: false }];
      },
    };
    const sums = residuesOf(pooled).map((part) => part.stores(part.axes.map(Index.axis))[0]!.value.is);
    expect(sums.map((is) => is.kind === 'reduce' && is.axes.map(({ extent }) => extent))).toEqual([[2], [1]]);
    expect(sums.map((is) => is.kind === 'reduce' && is.body.is.kind)).toEqual(['load', 'load']);
  });

  it('stays one where nothing is divided, or too many loops would come of it', () => {
    const plain = gradient(9, 1);
    expect(residuesOf(plain)).toEqual([plain]);
    expect(residuesOf(gradient(30, 10))).toHaveLength(1);
  });
});

describe('panels', () => {
  const panel = (dtype: KernelBuffer['dtype'], length: number): KernelBuffer => ({ dtype, length, access: 'readwrite' });
  const fill = (buffer: number): Stmt => ({ kind: 'fill', buffer, value: 0 });

  it('take the place of those that are not needed any more and hold the same dtype', () => {
    const panels = new PanelMemory();
    panels.take(panel('float64', 3));
    panels.take(panel('float32', 8));
    panels.release(1);
    panels.take(panel('float32', 20));
    panels.take(panel('float64', 5));
    expect(panels.placed([fill(0), fill(2), fill(3), fill(4), fill(5)], 2)).toEqual({
      body: [fill(0), fill(2), fill(3), fill(3), fill(4)],
      panels: [panel('float64', 3), panel('float32', 20), panel('float64', 5)],
    });
  });
});
