import { describe, expect, it } from 'vitest';
import { blocksForCopies } from '../src/fusion/product-blocks.js';
import { Builder } from '../src/loops/expression.js';
import { type Axis, flatten, Index } from '../src/loops/indices.js';
import type { Loop } from '../src/loops/loop.js';
import { chooseDirect } from '../src/placement/direct-product.js';

interface Convolution {
  readonly outputs: number;
  readonly inputs: number;
  readonly size: number;
  readonly kernel: number;
}

const indices = (axes: readonly Axis[]): Index[] => axes.map(Index.axis);
/** The first panel's number: buffers 0, 1 and 2 are the images, the kernels and the result. */
const PANELS = 3;
const never = (): boolean => false;

/** y[n, q] = Σ x[c, stride·q + k − padding]·w[n, c, k] over two spatial axes, for `size` places along each. */
function convolved({ outputs, inputs, size: places, kernel }: Convolution, stride = 1): Loop {
  const size = stride * places;
  const builder = new Builder();
  const axes = [
    { key: 'n', extent: outputs },
    { key: 'y', extent: places },
    { key: 'x', extent: places },
  ];
  const summed = [
    { key: 'c', extent: inputs },
    { key: 'ky', extent: kernel },
    { key: 'kx', extent: kernel },
  ];
  const [c, ky, kx] = indices(summed) as [Index, Index, Index];
  return {
    axes,
    order: [0, 1, 2],
    ordered: new Set(),
    tile: new Map([['n', 4]]),
    stores: (at) => {
      const [n, y, x] = at as [Index, Index, Index];
      const read = [y.times(stride).plus(ky), x.times(stride).plus(kx)].map((place) => place.minus((kernel - 1) / 2));
      const image = builder.guard(
        read.map((place) => [place, 0, size] as const),
        builder.load(0, 'float32', flatten([c, ...read], [inputs, size, size])),
        0,
      );
      const weight = builder.load(1, 'float32', flatten([n, c, ky, kx], [outputs, inputs, kernel, kernel]));
      const value = builder.reduce('sum', summed, image.mul(weight));
      return [{ buffer: 2, address: flatten([n, y, x], [outputs, places, places]), value, accumulate: false }];
    },
  };
}

/** The gradient of the kernels: w[n, k] = Σ x[m, q + k − padding]·y[m, n, q] over the images and two spatial axes. */
function correlated({ outputs, inputs: images, size, kernel }: Convolution): Loop {
  const builder = new Builder();
  const axes = [
    { key: 'n', extent: outputs },
    { key: 'ky', extent: kernel },
    { key: 'kx', extent: kernel },
  ];
  const summed = [
    { key: 'y', extent: size },
    { key: 'x', extent: size },
    { key: 'm', extent: images },
  ];
  const [y, x, m] = indices(summed) as [Index, Index, Index];
  return {
    axes,
    order: [0, 1, 2],
    ordered: new Set(),
    tile: new Map([['n', 4]]),
    stores: (at) => {
      const [n, ky, kx] = at as [Index, Index, Index];
      const places = [y.plus(ky).minus((kernel - 1) / 2), x.plus(kx).minus((kernel - 1) / 2)];
      const image = builder.guard(
        places.map((place) => [place, 0, size] as const),
        builder.load(0, 'float32', flatten([m, ...places], [images, size, size])),
        0,
      );
      const gradient = builder.load(1, 'float32', flatten([m, n, y, x], [images, outputs, size, size]));
      const value = builder.reduce('sum', summed, image.mul(gradient));
      return [{ buffer: 2, address: flatten([n, ky, kx], [outputs, kernel, kernel]), value, accumulate: false }];
    },
  };
}

describe('a convolution', () => {
  it('reads a padded copy, whose planes fall to different places of a cache, along rows that lanes divide', () => {
    const { loop, copies, position } = chooseDirect(convolved({ outputs: 16, inputs: 8, size: 28, kernel: 5 }), PANELS, never)!;
    expect(copies.map(({ panel, length }) => [panel, length])).toEqual([[3, 8 * (32 * 32 + 16)]]);
    expect(loop.axes[position]).toEqual({ key: 'x', extent: 28 });
  });

  it('joins rows that lanes do not divide, in a copy for each place in a window', () => {
    const { loop, copies, position } = chooseDirect(convolved({ outputs: 16, inputs: 8, size: 14, kernel: 5 }), PANELS, never)!;
    expect(copies.map(({ panel, length }) => [panel, length])).toEqual([
      [3, 8 * 18 * 18],
      [4, 5 * 8 * 18 * 14],
    ]);
    expect(loop.axes[position]).toEqual({ key: 'yjx', extent: 196 });
  });

  it('reads every other element side by side from such a copy, along rows', () => {
    const { loop, copies, position } = chooseDirect(
      convolved({ outputs: 16, inputs: 8, size: 14, kernel: 3 }, 2),
      PANELS,
      never,
    )!;
    expect(copies.map(({ length }) => length)).toEqual([8 * 29 * 29, 3 * 8 * 29 * 14]);
    expect(loop.axes[position]).toEqual({ key: 'x', extent: 14 });
  });

  it('reads a copy of some rows at a time where one of all is too large, unless packing is better', () => {
    const image = convolved({ outputs: 16, inputs: 64, size: 56, kernel: 3 });
    const { loop, copies, position } = chooseDirect(image, PANELS, never)!;
    expect(loop.axes.slice(1)).toEqual([
      { key: 'yb14', extent: 4 },
      { key: 'yi14', extent: 14 },
      { key: 'x', extent: 56 },
    ]);
    expect(position).toBe(3);
    expect(copies).toMatchObject([{ outer: new Set(['yb14']), length: 64 * 928 + 16 }]);
    expect(chooseDirect(image, PANELS, () => true)).toBeNull();
  });

  it('leaves rows apart where too little is read from such a copy, or it is too large', () => {
    const few = chooseDirect(convolved({ outputs: 2, inputs: 8, size: 14, kernel: 5 }), PANELS, never)!;
    expect(few.loop.axes[few.position]).toEqual({ key: 'x', extent: 14 });
    const large = chooseDirect(convolved({ outputs: 16, inputs: 128, size: 14, kernel: 5 }), PANELS, never)!;
    expect(large.copies).toHaveLength(1);
  });
});

describe('the gradient of a convolution by its kernels', () => {
  it('sums along joined rows, for as many places and channels as registers hold', () => {
    const { loop, copies, position, tile } = chooseDirect(
      correlated({ outputs: 16, inputs: 4, size: 14, kernel: 5 }),
      PANELS,
      never,
    )!;
    expect(position).toBe(-1);
    expect(copies.map(({ length }) => length)).toEqual([4 * 18 * 18, 5 * 4 * 18 * 14]);
    expect(tile).toEqual(
      new Map([
        ['kx', 2],
        ['n', 4],
      ]),
    );
    const [store] = loop.stores(indices(loop.axes));
    expect(store!.value.is).toMatchObject({ kind: 'reduce', axes: [{ key: 'm' }, { key: 'yjx', extent: 196 }] });
  });

  it('is summed by blocks of the images, of which what is read can be copied and is near', () => {
    const blocksOf = (images: number, size: number): unknown => {
      const loop = correlated({ outputs: 16, inputs: images, size, kernel: 5 });
      const { value } = loop.stores(indices(loop.axes))[0]!;
      return blocksForCopies({ combine: 'sum', extents: [size, size, images], axes: loop.axes, value });
    };
    expect(blocksOf(32, 14)).toBeNull();
    // 5·128·18·14 numbers of a copy in places that hold 65536.
    expect(blocksOf(128, 14)).toEqual({ axis: 2, blocks: 4 });
    // 64·16·28·28 numbers of the other factor, of which 262144 are near.
    expect(blocksOf(64, 28)).toEqual({ axis: 2, blocks: 4 });
    expect(blocksOf(61, 28)).toEqual({ axis: 2, blocks: 61 });
  });
});
