import {
  addDims,
  asPublic,
  broadcastTo,
  type Dim,
  graphOf,
  type Node,
  nodeOf,
  type Operand,
  optionsOf,
  ShapeError,
  showShape,
  subtractDims,
  where,
} from '@tapegrad/core';
import { concat } from './concat.js';
import { embed, flip, sliceAt } from './slice.js';

/** What {@link pad} puts around a value. */
export interface PadOptions {
  /** What stands outside: `value`, the elements mirrored at the first and last, or the first and last repeated. 'constant' unless said. */
  readonly mode?: 'constant' | 'reflect' | 'replicate';
  /** For mode 'constant'; 0 unless said. */
  readonly value?: number;
}

type Pads = readonly (readonly [before: number, after: number])[];

function padConstant(x: Node, pads: Pads, value: number): Node {
  const placement = {
    start: pads.map(([before]) => before),
    step: pads.map(() => 1),
    shape: x.shape.map((size, axis) => addDims(size, pads[axis]![0] + pads[axis]![1])),
  };
  const padded = embed(x, placement);
  if (Object.is(value, 0)) return padded;
  const inside = embed(x.graph.splat(1, x.shape, 'bool'), placement);
  return where(inside, padded, value);
}

/** `count` elements of an axis from `start` on. */
function part(x: Node, axis: number, start: Dim, count: number): Node {
  return sliceAt(x, {
    start: x.shape.map((_, i) => (i === axis ? start : 0)),
    step: x.shape.map(() => 1),
    size: x.shape.with(axis, count),
  });
}

function padMirrored(x: Node, axis: number, [before, after]: Pads[number]): Node {
  const size = x.shape[axis]!;
  if (typeof size === 'number' && Math.max(before, after) >= size) {
    throw new ShapeError(
      `pad: axis ${axis} of ${showShape(x.shape)} cannot reflect ${Math.max(before, after)}; at most its size less 1.`,
      { op: 'pad' },
    );
  }
  const left = flip(part(x, axis, 1, before), { axis });
  const right = flip(part(x, axis, subtractDims(size, after + 1), after), { axis });
  return concat([left, x, right], { axis });
}

function padRepeated(x: Node, axis: number, [before, after]: Pads[number]): Node {
  const left = broadcastTo(part(x, axis, 0, 1), x.shape.with(axis, before));
  const right = broadcastTo(part(x, axis, subtractDims(x.shape[axis]!, 1), 1), x.shape.with(axis, after));
  return concat([left, x, right], { axis });
}

/**
 * Widens axes by `[before, after]` elements, one pair per axis: constant, mirrored or repeated ones. Throws `ShapeError` unless there is a
 * pair of whole numbers of at least 0 for each axis, and where an axis is too short to be mirrored.
 *
 * @formula y = x inside; around it a value, the reflection or the edge
 * @derivative x̄ = ȳ inside, and what was reflected or repeated is added
 * @example
 * const framed = pad(image, [[0, 0], [1, 1], [1, 1]]); // [3, 28, 28] gives [3, 30, 30]
 */
export const pad = asPublic('pad', (x: Operand, pads: Pads, options?: PadOptions): Node => {
  const { mode, value } = optionsOf('pad', options, { mode: 'constant', value: 0 });
  const graph = graphOf('pad', [x]);
  const node = nodeOf(x, graph);
  const whole = pads.length === node.shape.length && pads.flat().every((count) => Number.isInteger(count) && count >= 0);
  if (!whole) {
    throw new ShapeError(
      `pad: pads ${JSON.stringify(pads)} for ${showShape(node.shape)}: give one [before, after] per axis, whole numbers of at least 0.`,
      { op: 'pad' },
    );
  }
  if (mode === 'constant') return padConstant(node, pads, value);
  const widen = mode === 'reflect' ? padMirrored : padRepeated;
  return pads.reduce((padded, pair, axis) => (pair[0] + pair[1] === 0 ? padded : widen(padded, axis, pair)), node);
});
