import { describe, expect, it } from 'vitest';
import { Builder, type Condition } from '../src/loops/expression.js';
import { Index } from '../src/loops/indices.js';
import { expressionsOf } from '../src/loops/inspect.js';
import type { Loop } from '../src/loops/loop.js';
import { piecesOf } from '../src/placement/pieces.js';

/** A loop over `size` elements that adds up three neighbours `step` apart, where the condition holds that is made of their position. */
function neighbours(size: number, step: number, holds: (position: Index) => Condition): Loop {
  const builder = new Builder();
  const around = { key: 'k', extent: 3 };
  return {
    axes: [{ key: 'i', extent: size }],
    order: [0],
    ordered: new Set(),
    tile: new Map(),
    stores: ([i]) => {
      const position = i!.times(step).plus(Index.axis(around)).minus(1);
      const value = builder.reduce('sum', [around], builder.guard([holds(position)], builder.load(0, 'float32', position), 0));
      return [{ buffer: 1, address: i!, value, accumulate: false }];
    },
  };
}

const within =
  (size: number) =>
  (position: Index): Condition => [position, 0, size];

function guardsIn(loop: Loop): number {
  const values = loop.stores(loop.axes.map(Index.axis)).map(({ value }) => value);
  return expressionsOf(values).filter(({ is }) => is.kind === 'guard').length;
}

describe('a loop in pieces', () => {
  it('is apart where windows reach into padding, and has no guards elsewhere', () => {
    const pieces = piecesOf(neighbours(56, 1, within(56)));
    expect(pieces.map(({ axes }) => axes[0]!.extent)).toEqual([1, 54, 1]);
    expect(pieces.map(guardsIn)).toEqual([1, 0, 1]);
    const strided = piecesOf(neighbours(28, 2, within(56)));
    expect(strided.map(({ axes }) => axes[0]!.extent)).toEqual([1, 27]);
    expect(strided.map(guardsIn)).toEqual([1, 0]);
  });

  it('is one where borders are the most of it, or it is short', () => {
    const wide = neighbours(56, 1, (position) => [position, 20, 56]);
    expect(piecesOf(wide)).toEqual([wide]);
    const short = neighbours(9, 1, within(9));
    expect(piecesOf(short)).toEqual([short]);
  });

  it('stores every element once, where it was', () => {
    const stored = piecesOf(neighbours(56, 1, within(56))).flatMap((piece) => {
      const { key, extent } = piece.axes[0]!;
      const { address } = piece.stores([Index.axis({ key, extent })])[0]!;
      return Array.from({ length: extent }, (_, i) => address.substitute(new Map([[key, Index.of(i)]])).constant);
    });
    expect(stored).toEqual(Array.from({ length: 56 }, (_, i) => i));
  });
});

describe('padding with something else than 0', () => {
  it('is one guard', () => {
    const b = new Builder();
    const i = Index.axis({ key: 'i', extent: 10 });
    const conditions: Condition[] = [[i, 2, 8]];
    const held = b.guard(conditions, b.load(0, 'float32', i.minus(2)), 0);
    const padded = b.guard(conditions, b.constant(1, 'bool'), 0).select(held, b.constant(-Infinity, 'float32'));
    expect(padded.is).toMatchObject({ kind: 'guard', conditions, otherwise: -Infinity });
  });

  it('stays a choice where what is chosen is guarded otherwise', () => {
    const b = new Builder();
    const i = Index.axis({ key: 'i', extent: 10 });
    const held = b.guard([[i, 3, 8]], b.load(0, 'float32', i.minus(2)), 0);
    const padded = b.guard([[i, 2, 8]], b.constant(1, 'bool'), 0).select(held, b.constant(-1, 'float32'));
    expect(padded.is).toMatchObject({ kind: 'scalar', op: 'select' });
  });
});
