import { checkpoint, Graph, grad, MemoryError, type Node, sum, type Tape, where } from '@tapegrad/core';
import { add, cumsum, dropout, exp, gt, matmul, max, mul, softmax, sort, sub, tanh, transpose } from '@tapegrad/ops';
import fc from 'fast-check';
import { compile, expectSameBits, run } from '../../packages/core/test/tape-support.js';
import { type Choices, choices, type RandomProgram } from '../tape/random-program.js';

const SHAPE = [4, 4];

/** Each makes a matrix of two. */
const LAYERS: readonly ((x: Node, y: Node) => Node)[] = [
  (x, y) => tanh(matmul(x, y)),
  (x, y) => matmul(transpose(x), tanh(y)),
  (x, y) => mul(tanh(x), y),
  (x, y) => sub(x, exp(tanh(y))),
  (x, y) => where(gt(x, 0), x, y),
  (x, y) => add(x, max(y, { axis: 0, keepDims: true })),
  (x, y) => mul(softmax(x), y),
  (x) => cumsum(tanh(x), { axis: 1 }),
  (x) => sort(x),
  (x, y) => add(dropout(x, 0.5), y),
];

/** A step of training a net of layers in a row that also look back, some of them in checkpointed calls, one inside of the other. */
function randomNet(pick: Choices, layers: number, regions: boolean): RandomProgram {
  const graph = new Graph({ dtype: 'float64' });
  const states = [0, 1].map((i) => graph.state(`w${i}`, { shape: SHAPE, build: (g) => g.splat(0, SHAPE, 'float64') }));
  const seen = [...states];
  const grow = (x: Node, count: number): Node => {
    let last = x;
    for (let i = 0; i < count; ) {
      const part = regions && pick.below(3) === 0 ? 2 + pick.below(6) : 0;
      if (part > 0 && part < count) last = checkpoint((h: Node) => grow(h, part))(last);
      else last = LAYERS[pick.below(LAYERS.length)]!(last, seen[pick.below(3) ? seen.length - 1 : pick.below(seen.length)]!);
      if (part === 0) seen.push(last);
      i += Math.max(part, 1);
    }
    return last;
  };
  const loss = sum(tanh(grow(graph.input('x', SHAPE), layers)));
  const gradients = grad(loss, states);
  return { outputs: { loss }, updates: states.map((state, i) => ({ state, value: sub(state, mul(0.125, gradients[i]!)) })) };
}

/** How many tapes computed something again, of those that some check compiled. */
export interface Recomputed {
  checkpointed: number;
  limited: number;
}

const issuesAgain = ({ instructions }: Tape): boolean => instructions.some(({ again }) => again !== undefined);

/**
 * Random nets with calls that are checkpointed, under random memory limits, fused or not: the same bits as where everything is computed
 * once, in memory full of NaN in which every byte knows its writer.
 */
export function checkRecomputation(options: fc.Parameters<unknown>): Recomputed {
  const count = { checkpointed: 0, limited: 0 };
  const cases = fc.record({
    seed: fc.nat(),
    layers: fc.integer({ min: 2, max: 20 }),
    percent: fc.integer({ min: 40, max: 99 }),
    fuse: fc.boolean(),
    regions: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, ({ seed, layers, percent, fuse, regions }) => {
      const program = randomNet(choices(seed), layers, regions);
      const once = compile(program, { fuse, recompute: false });
      const wanted = run(program, once);
      const check = (tape: Tape, how: string): void => expectSameBits(wanted, run(program, tape), how);
      const marked = compile(program, { fuse });
      if (issuesAgain(marked)) {
        count.checkpointed++;
        check(marked, 'what is checkpointed');
      }
      const limit = Math.floor((marked.scratchBytes * percent) / 100);
      const limited = within(() => compile(program, { fuse }, {}, limit));
      if (!limited) return;
      count.limited++;
      if (limited.scratchBytes > limit) throw new Error(`${limited.scratchBytes} bytes, with a limit of ${limit}`);
      check(limited, `a limit of ${limit}`);
    }),
    options,
  );
  return count;
}

/** The tape, if the limit can be met. */
function within(compiled: () => Tape): Tape | null {
  try {
    return compiled();
  } catch (error) {
    if (error instanceof MemoryError) return null;
    throw error;
  }
}
