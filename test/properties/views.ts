import { js } from '@tapegrad/backend-cpu';
import { Graph, grad, type Node, sum, TapeMachine } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import fc from 'fast-check';
import { type Choices, choices } from '../tape/random-program.js';
import type { NdArray } from './ndarray.js';
import * as plain from './ndarray.js';

/** A view of a node, and of the same values as a plain array. */
interface Pair {
  readonly node: Node;
  readonly array: NdArray;
}

type View = (x: Pair, pick: Choices) => Pair;

const shapeOf = ({ array }: Pair): readonly number[] => array.shape;
const axisOf = (x: Pair, pick: Choices): number => pick.below(shapeOf(x).length);

const VIEWS: Readonly<Record<string, View>> = {
  reshape: (x, pick) => {
    const shape = factors(plain.countOf(shapeOf(x)), pick);
    return { node: ops.reshape(x.node, shape), array: { shape, data: x.array.data } };
  },
  transpose: (x, pick) => {
    const left = [...shapeOf(x).keys()];
    const axes = shapeOf(x).map(() => left.splice(pick.below(left.length), 1)[0]!);
    return { node: ops.transpose(x.node, axes), array: plain.transpose(x.array, axes) };
  },
  slice: (x, pick) => {
    const ranges = shapeOf(x).map((size): plain.Range => {
      const bound = () => (pick.below(3) === 0 ? null : pick.below(2 * size + 3) - size - 1);
      return [bound(), bound(), [1, 2, 3, -1, -2, -3][pick.below(6)]!];
    });
    return { node: ops.slice(x.node, ranges), array: plain.slice(x.array, ranges) };
  },
  flip: (x, pick) => {
    const axis = axisOf(x, pick);
    return { node: ops.flip(x.node, { axis }), array: plain.flip(x.array, axis) };
  },
  concat: (x, pick) => {
    const axis = axisOf(x, pick);
    const turned = VIEWS.flip!(x, pick);
    return { node: ops.concat([x.node, turned.node], { axis }), array: plain.concat(x.array, turned.array, axis) };
  },
  pad: (x, pick) => {
    const pads = shapeOf(x).map(() => [pick.below(2), pick.below(3)] as const);
    const value = pick.below(2) * 0.5;
    return { node: ops.pad(x.node, pads, { value }), array: plain.pad(x.array, pads, value) };
  },
  broadcast: (x, pick) => {
    const longer = shapeOf(x).map((size) => (size === 1 ? 1 + pick.below(3) : size));
    const shape = pick.below(2) ? [2, ...longer] : longer;
    return { node: ops.broadcastTo(x.node, shape), array: plain.broadcast(x.array, shape) };
  },
};

/** A shape of up to four axes with this many elements. */
function factors(count: number, pick: Choices): number[] {
  if (count === 0) return [0, 3];
  const shape: number[] = [];
  let rest = count;
  while (rest > 1 && shape.length < 3) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => rest % d === 0);
    const size = divisors[pick.below(divisors.length)]!;
    shape.push(size);
    rest /= size;
  }
  return [...shape, rest];
}

/**
 * Random chains of views: the engine's values are those of plain arrays, and the gradient says how often each element is used.
 */
export async function checkViews(options: fc.Parameters<unknown>): Promise<void> {
  const names = Object.keys(VIEWS);
  const chains = fc.record({
    seed: fc.nat(),
    chain: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(chains, async ({ seed, chain }) => {
      const pick = choices(seed);
      const graph = new Graph({ dtype: 'float64' });
      const shape = factors([1, 6, 12, 24, 0][pick.below(5)]!, pick);
      const x = graph.input('x', shape);
      const first = plain.generate(shape, () => 0);
      const start = { shape, data: first.data.map((_, i) => i + 1) };
      let pair: Pair = { node: x, array: start };
      for (const name of chain) if (plain.countOf(shapeOf(pair)) <= 400 || name !== 'concat') pair = VIEWS[name]!(pair, pick);
      const outputs = { y: pair.node, uses: grad(sum(pair.node), x) };
      const program = await new TapeMachine(graph, { backend: js() }).compile(outputs);
      const { y, uses } = program.runSync({ x: Float64Array.from(start.data) });
      equal(y.data, pair.array.data, 'values');
      equal(y.shape, pair.array.shape, 'shape');
      const wanted = start.data.map((value) => pair.array.data.filter((other) => other === value).length);
      equal(uses.data, wanted, 'uses of elements');
    }),
    options,
  );
}

function equal(got: ArrayLike<number>, wanted: readonly number[], what: string): void {
  if (got.length === wanted.length && wanted.every((value, i) => value === got[i])) return;
  throw new Error(`${what}: [${Array.from(got)}] instead of [${wanted}]`);
}
