/** What a jacobian is put together with: slices of the first axis, joined and taken apart. Their sizes are numbers. */
import type { Node } from '../graph/node.js';
import { linear, reshapeTo } from '../primitives/forms.js';
import type { OpFunction } from '../primitives/rules.js';
import { numberOf } from '../tensor/dim.js';

/** How many operands one join has: a kernel looks at all of them for each element. */
const WIDTH = 8;

interface Rows {
  readonly start: number;
  readonly count: number;
}

function rowsIn(x: Node): number {
  return numberOf(x.shape[0]!, 'jacobian');
}

const joinRows: OpFunction<undefined> = linear<undefined>('joinRows', {
  kind: 'guarded',
  shape: (xs) => [xs.reduce((total, x) => total + rowsIn(x), 0), ...xs[0]!.shape.slice(1)],
  adjoint: ({ inputs }, g, i) => takeRows(g, { start: startOf(inputs, i), count: rowsIn(inputs[i]!) }),
  lower: (k) => {
    const [row, ...rest] = k.at;
    const parts = k.node.inputs.map((x, i) => {
      const start = startOf(k.node.inputs, i);
      return k.guard([[row!, start, start + rowsIn(x)]], () => k.load(i, [row!.minus(start), ...rest]), 0);
    });
    return parts.reduce((a, b) => a.add(b));
  },
});

function startOf(xs: readonly Node[], i: number): number {
  return xs.slice(0, i).reduce((start, x) => start + rowsIn(x), 0);
}

const takeRows: OpFunction<Rows> = linear<Rows>('takeRows', {
  shape: ([x], { count }) => [count, ...x!.shape.slice(1)],
  adjoint: ({ inputs: [x], attrs }, g) => putRows(g, { start: attrs.start, count: rowsIn(x!) }),
  lower: (k) => k.load(0, [k.at[0]!.plus(k.attrs.start), ...k.at.slice(1)]),
});

/** Zeros of `count` rows, but for the rows of `x` from `start` on. */
const putRows: OpFunction<Rows> = linear<Rows>('putRows', {
  kind: 'guarded',
  shape: ([x], { count }) => [count, ...x!.shape.slice(1)],
  adjoint: ({ inputs: [x], attrs }, g) => takeRows(g, { start: attrs.start, count: rowsIn(x!) }),
  lower: (k) => {
    const { start } = k.attrs;
    const [row, ...rest] = k.at;
    const end = start + k.shapeOf(0)[0]!;
    return k.guard([[row!, start, end]], () => k.load(0, [row!.minus(start), ...rest]), 0);
  },
});

/** Nodes of one shape as the rows of a new first axis. Joins them by eights, so that the work is n·log n in the elements. */
export function stackRows(nodes: readonly Node[]): Node {
  let parts = nodes.map((x) => reshapeTo(x, [1, ...x.shape]));
  while (parts.length > 1) {
    const joined: Node[] = [];
    for (let i = 0; i < parts.length; i += WIDTH) {
      const group = parts.slice(i, i + WIDTH);
      joined.push(group.length === 1 ? group[0]! : joinRows(...group, undefined));
    }
    parts = joined;
  }
  return parts[0]!;
}

/** Turns the axes round: axis i of the result is axis i + `by` of `x`, beginning anew after the last. */
const rotateAxes: OpFunction<{ readonly by: number }> = linear<{ readonly by: number }>('rotateAxes', {
  shape: ([x], { by }) => [...x!.shape.slice(by), ...x!.shape.slice(0, by)],
  adjoint: ({ attrs, shape }, g) => rotateAxes(g, { by: shape.length - attrs.by }),
  lower: (k) => {
    const cut = k.at.length - k.attrs.by;
    return k.load(0, [...k.at.slice(cut), ...k.at.slice(0, cut)]);
  },
});

/** Nodes of one shape as the columns of a new last axis. */
export function stackColumns(nodes: readonly Node[]): Node {
  const rows = stackRows(nodes);
  return rows.shape.length === 1 ? rows : rotateAxes(rows, { by: 1 });
}
