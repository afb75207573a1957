import {
  graphOf,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  type Op,
  type Operand,
  optionsOf,
  ShapeError,
  showShape,
  withOp,
} from '@tapegrad/core';
import { reshape } from './reshape.js';

interface Attrs {
  /** By how many places each axis is turned, upwards. */
  readonly shifts: readonly number[];
}

const rollOp: Op<Attrs> = linear<Attrs>('roll', {
  shape: ([x]) => x!.shape,
  adjoint: (node, g) => rolled(g, { shifts: node.attrs.shifts.map((shift) => 0 - shift) }),
  lower: (k) => {
    const from = k.at.map((at, axis) => {
      const size = k.shape[axis]!;
      const shift = k.attrs.shifts[axis]! % Math.max(size, 1);
      return shift === 0 ? at : at.plus(shift > 0 ? size - shift : -shift).mod(size);
    });
    return k.load(0, from);
  },
}).op;

function rolled(x: Node, attrs: Attrs): Node {
  return attrs.shifts.every((shift) => shift === 0) ? x : (x.graph.append(rollOp, [x], attrs) as Node);
}

/**
 * Moves elements `shift` places up an axis; those that leave at its end come back at its start. Same shape out. One number goes for all axes
 * of `axis`, a list has one for each; shifts of an axis named twice add. Without `axis`, all of `x` is turned as one row. Throws `ShapeError`
 * where there is no such axis, for a shift that is no whole number, and for lists of different lengths.
 *
 * @formula y[i] = x[(i − shift) mod n]
 * @derivative x̄ = ȳ rolled back
 * @example
 * const turned = roll(x, 1, { axis: -1 }); // [1, 2, 3] gives [3, 1, 2]
 */
export const roll = withOp(
  rollOp,
  (x: Operand, shift: number | readonly number[], options?: { axis?: number | readonly number[] }): Node => {
    const { axis } = optionsOf('roll', options, { axis: undefined });
    const node = nodeOf(x, graphOf('roll', [x]));
    if (axis === undefined && node.shape.length !== 1) {
      return reshape(roll(reshape(node, [-1]), shift, { axis: 0 }), node.shape);
    }
    const axes = [axis ?? 0].flat().map((at) => normaliseAxis('roll', at, node.shape.length));
    const by = typeof shift === 'number' ? axes.map(() => shift) : shift;
    if (by.length !== axes.length || !by.every(Number.isInteger)) {
      throw new ShapeError(`roll: shifts ${showShape(by)} for axes ${showShape(axes)}: give one whole number for each.`, {
        op: 'roll',
      });
    }
    const shifts = node.shape.map((_, i) => by.reduce((total, places, j) => (axes[j] === i ? total + places : total), 0));
    return rolled(node, { shifts });
  },
);
