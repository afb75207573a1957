import { Graph, grad, hessian, hvp, type Node, replace, sgd, TapeMachine, type Tensor, zeros } from 'tapegrad';
import { describe, expect, it } from 'vitest';

const numbers = (tensor: Tensor): number[] => Array.from(tensor.data);

function expectClose(got: readonly number[], wanted: readonly number[], digits = 9): void {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, digits);
  });
}

/** A small network with smooth activations and its loss. */
function network() {
  const graph = new Graph({ dtype: 'float64' });
  const x = graph.input('x', ['batch', 3]);
  const labels = graph.input('labels', ['batch'], 'int32');
  const w = graph.parameter('w', [
    [0.1, -0.2],
    [0.4, 0.3],
    [-0.5, 0.2],
  ]);
  const logits = graph.matmul(graph.tanh(graph.matmul(x, w)), [
    [1, -1, 0.5],
    [0.3, 0.2, -0.7],
  ]);
  return { graph, w, logits, loss: graph.crossEntropy(logits, labels) };
}

const FEEDS = {
  x: [
    [1, 2, 3],
    [-1, 0.5, 0.2],
    [0.3, 0.1, -2],
    [2, -1, 1],
  ],
  labels: [0, 2, 1, 1],
};

describe('several losses on one graph', () => {
  it('have each their own gradient, in one program or in two', async () => {
    const { graph, w, logits, loss } = network();
    const weightDecay = graph.mul(0.1, graph.sum(graph.square(w)));
    const spread = graph.mean(graph.square(logits));
    const outputs = {
      first: grad(loss, w),
      second: grad(spread, w),
      both: grad(graph.add(loss, spread), w),
      decay: grad(weightDecay, w),
    };
    const machine = new TapeMachine(graph);
    const together = await (await machine.compile(outputs)).run(FEEDS);
    for (const [name, node] of Object.entries(outputs).slice(0, 3)) {
      const alone = await (await machine.compile({ node })).run(FEEDS);
      expectClose(numbers(alone.node), numbers(together[name as keyof typeof outputs]), 14);
    }
    const sums = numbers(together.first).map((value, i) => value + numbers(together.second)[i]!);
    expectClose(numbers(together.both), sums, 14);
    expectClose(
      numbers(together.decay),
      numbers(machine.get(w)).map((value) => 0.2 * value),
      15,
    );
  });
});

describe('a Hessian', () => {
  it('is the same by each of the four pairs of modes, and what differences say', async () => {
    const { graph, w, loss } = network();
    const modes = ['forward', 'reverse'] as const;
    const pairs = modes.flatMap((outer) =>
      modes.map((inner) => [`${outer} over ${inner}`, hessian(loss, w, { outer, inner })] as const),
    );
    const v = graph.input('v', [3, 2]);
    const gradient = grad(loss, w);
    const machine = new TapeMachine(graph);
    const outputs = { ...Object.fromEntries(pairs), product: hvp(loss, w, v) };
    const direction = [
      [0.3, -1],
      [0.7, 0.2],
      [-0.4, 0.9],
    ];
    const results: Record<string, Tensor> = await (await machine.compile(outputs)).run({ ...FEEDS, v: direction });
    const slope = await machine.compile({ gradient });
    const first = machine.get(w);
    const at = async (h: number): Promise<number[]> => {
      const moved = direction.map((row, i) => row.map((value, j) => Number(first.at(i, j)) + h * value));
      machine.set(w, moved);
      return numbers((await slope.run(FEEDS)).gradient);
    };
    const [ahead, behind] = [await at(1e-5), await at(-1e-5)];
    expectClose(
      numbers(results.product!),
      ahead.map((value, i) => (value - behind[i]!) / 2e-5),
      8,
    );
    for (const [name] of pairs) {
      const matrix = results[name]!;
      expect(matrix.shape).toEqual([3, 2, 3, 2]);
      const times = Array.from({ length: 6 }, (_, row) =>
        direction.flat().reduce((total, value, column) => total + Number(matrix.data[row * 6 + column]) * value, 0),
      );
      expectClose(times, numbers(results.product!), 12);
    }
  });
});

describe('the loss after ten steps of descent', () => {
  it('has a derivative by the learning rate, which is what differences say', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const rate = graph.scalar('rate');
    const w = graph.parameter('w', zeros([2]));
    const loss = graph.mean(graph.square(graph.sub(graph.sin(graph.mul(w, [1, 2])), [0.5, -0.3])));
    const updates = sgd(loss, [w], { learningRate: rate, momentum: 0.5 });
    const states = updates.map(({ state }) => state);
    // Step by step, each state is replaced by what the update makes of the states before.
    let values: Node[] = states;
    for (let step = 0; step < 10; step++) {
      const before = new Map(states.map((state, i) => [state, values[i]!]));
      values = replace(
        updates.map(({ value }) => value),
        before,
      );
    }
    const [last] = replace([loss], new Map(states.map((state, i) => [state, values[i]!]))) as [Node];
    const program = await new TapeMachine(graph).compile({ last, slope: grad(last, rate) });
    const at = (r: number): number => Number(program.runSync({ rate: r }).last.item());
    const { slope, last: value } = program.runSync({ rate: 0.1 });

    const training = new TapeMachine(graph);
    const step = await training.compile({ loss }, { updates });
    step.runSync({ rate: 0.1 }, { steps: 10 });
    expectClose([Number(value.item())], [Number((await (await training.compile({ loss })).run({})).loss.item())], 15);
    expectClose([Number(slope.item())], [(at(0.1 + 1e-5) - at(0.1 - 1e-5)) / 2e-5], 8);
  });
});
