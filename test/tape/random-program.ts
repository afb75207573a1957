import { add, Graph, mul, type Node, sum, type Update, where } from '@tapegrad/core';
import {
  argmax,
  concat,
  cumprod,
  cumsum,
  div,
  exp,
  flip,
  gt,
  matmul,
  max,
  maximum,
  mean,
  pad,
  reshape,
  scatterAdd,
  slice,
  softmax,
  sort,
  sqrt,
  sub,
  take,
  tanh,
  transpose,
} from '@tapegrad/ops';

/** A source of choices; `below(n)` is a whole number under n. */
export interface Choices {
  below(n: number): number;
}

/** A multiplicative generator: the same program for the same seed, everywhere. */
export function choices(seed: number): Choices {
  let state = (seed % 2147483646) + 1;
  return {
    below: (n) => {
      state = (state * 48271) % 2147483647;
      return state % n;
    },
  };
}

const SHAPES = [
  [],
  [1],
  [4],
  [3, 4],
  [4, 3],
  [1, 4],
  [3, 1],
  [2, 3, 4],
  [3, 4, 16],
  [2, 20],
  [2, 1, 3],
  [12],
  [0],
  [3, 0],
  [4, 4],
];

type Make = (x: Node, pick: Choices, any: (fits: (node: Node) => boolean) => Node) => Node | null;

const sizes = (x: Node): number[] => x.shape as number[];
const same = (x: Node) => (y: Node) => sizes(y).join() === sizes(x).join();

/** Each makes a node of one that is there, or null where it does not apply. */
const MAKERS: readonly Make[] = [
  (x, _, any) => add(x, any(same(x))),
  (x, _, any) => mul(x, any(same(x))),
  (x, _, any) => sub(any(same(x)), x),
  (x, _, any) => maximum(any(same(x)), x),
  (x, _, any) => where(gt(x, 0), x, any(same(x))),
  (x) => tanh(x),
  (x) => exp(tanh(x)),
  (x, pick) => mul(x, pick.below(5) - 2),
  (x, _, any) => add(x, sum(any(() => true))),
  (x, pick) => sum(x, x.shape.length ? { axis: pick.below(x.shape.length), keepDims: pick.below(2) === 0 } : {}),
  (x, pick) => {
    const axis = pick.below(Math.max(x.shape.length, 1));
    return x.shape.length && sizes(x)[axis] ? add(x, max(x, { axis, keepDims: true })) : null;
  },
  (x, pick) => (x.shape.length && !sizes(x).includes(0) ? softmax(x, { axis: pick.below(x.shape.length) }) : null),
  (x, pick) => {
    if (!x.shape.length || sizes(x).includes(0)) return null;
    const axis = pick.below(x.shape.length);
    const centred = sub(x, mean(x, { axis, keepDims: true }));
    return div(centred, sqrt(add(mean(mul(centred, centred), { axis, keepDims: true }), 1)));
  },
  (x, pick, any) => {
    const y = any(same(x));
    const axis = x.shape.length ? pick.below(x.shape.length) : 0;
    return x.shape.length ? add(x, exp(tanh(sum(mul(x, y), { axis, keepDims: true })))) : null;
  },
  (x, _, any) => {
    const row = any((y) => y.shape.length === 1 && sizes(y)[0] === sizes(x).at(-1));
    return row.shape.length === 1 && sizes(row)[0] === sizes(x).at(-1) ? mul(x, row) : null;
  },
  (x, pick, any) => {
    const y = any((z) => z.shape.length === x.shape.length && sizes(z).slice(1).join() === sizes(x).slice(1).join());
    const fits = y.shape.length === x.shape.length && sizes(y).slice(1).join() === sizes(x).slice(1).join();
    return x.shape.length && fits ? concat(pick.below(2) ? [x, tanh(y)] : [exp(tanh(y)), x, y], { axis: 0 }) : null;
  },
  (x) => reshape(x, [-1].slice(sizes(x).includes(0) ? 1 : 0).concat(sizes(x).includes(0) ? sizes(x) : [])),
  (x) => transpose(x),
  (x, pick) => (x.shape.length ? flip(x, { axis: pick.below(x.shape.length) }) : null),
  (x, pick) =>
    x.shape.length
      ? slice(
          x,
          sizes(x).map(() => (pick.below(2) ? [null, null, -1] : [pick.below(2), null, 1 + pick.below(2)])),
        )
      : null,
  (x, pick) =>
    x.shape.length
      ? pad(
          x,
          sizes(x).map(() => [pick.below(2), pick.below(3)] as const),
        )
      : null,
  (x, pick) => (x.shape.length ? concat([x, x], { axis: pick.below(x.shape.length) }) : null),
  (x, pick) => (x.shape.length ? cumsum(x, { axis: pick.below(x.shape.length), reverse: pick.below(2) === 0 }) : null),
  (x, pick) => (x.shape.length ? cumprod(tanh(x), { axis: pick.below(x.shape.length) }) : null),
  (x, _, any) => {
    if (x.shape.length !== 2) return null;
    const y = any((node) => node.shape.length === 2 && node.shape[0] === x.shape[1]);
    return y.shape.length === 2 && y.shape[0] === x.shape[1] ? tanh(matmul(x, y)) : null;
  },
  (x) => (x.shape.length === 2 ? div(matmul(x, transpose(x)), 8) : null),
  (x) => (x.shape.length && sizes(x)[0] ? take(x, argmax(x, { axis: 0 }), { axis: 0 }) : null),
  (x, pick) => {
    if (!x.shape.length || !sizes(x)[0]) return null;
    const index = x.graph.constant(
      Array.from({ length: 3 }, () => pick.below(sizes(x)[0]!)),
      'int32',
    );
    return take(x, index, { axis: 0 });
  },
  (x, pick) => {
    if (x.shape.length !== 1 || !sizes(x)[0]) return null;
    const index = x.graph.constant(
      sizes(x).flatMap((n) => Array.from({ length: n }, () => pick.below(n))),
      'int32',
    );
    return scatterAdd(x, reshape(index, x.shape), mul(x, 2), { axis: 0 });
  },
  (x) => (x.shape.length ? sort(x) : null),
];

export interface RandomProgram {
  readonly outputs: Record<string, Node>;
  readonly updates: Update[];
}

/** A graph of about `length` nodes, float64 unless said, over inputs and states of odd shapes; some nodes are results, some replace the states. */
export function randomProgram(pick: Choices, length: number, dtype: 'float32' | 'float64' = 'float64'): RandomProgram {
  const graph = new Graph({ dtype });
  const shapeOf = () => SHAPES[pick.below(SHAPES.length)]!;
  const states = Array.from({ length: 3 }, (_, i) => {
    const shape = shapeOf();
    return graph.state(`w${i}`, { shape, build: (g) => g.splat(0, shape, dtype) });
  });
  const nodes: Node[] = [...states, graph.input('x', shapeOf()), graph.input('y', shapeOf()), graph.splat(2, shapeOf(), dtype)];
  const among = (some: readonly Node[]): Node => some[pick.below(some.length)]!;
  for (let i = 0; i < length; i++) {
    const recent = nodes.slice(-8);
    const x = among(pick.below(3) ? recent : nodes);
    const made = MAKERS[pick.below(MAKERS.length)]!(x, pick, (fits) => {
      const fitting = nodes.filter(fits);
      return fitting.length ? among(fitting) : x;
    });
    if (made && sizes(made).reduce((a, b) => a * b, 1) <= 200) nodes.push(made);
  }
  const outputs = Object.fromEntries(Array.from({ length: 1 + pick.below(3) }, (_, i) => [`o${i}`, among(nodes)]));
  const updates = states.flatMap((state) => {
    const fitting = nodes.filter(same(state));
    return pick.below(4) ? [{ state, value: among(fitting) }] : [];
  });
  return { outputs, updates };
}
