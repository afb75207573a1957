import { add, cos, exp, Graph, grad, hvp, mul, type Node, sin, sub, TapeMachine, tanh } from 'tapegrad';
import type { Entry } from '../backends.js';
import { type Case, type Contestant, expectClose, type Prepared } from '../case.js';

const X = 0.7;
const Y = -0.4;

/** The 20-operation scalar expression, over whatever spells its operations. */
function expression<T>(
  x: T,
  y: T,
  op: { sin(a: T): T; cos(a: T): T; tanh(a: T): T; exp(a: T): T; add(a: T, b: T): T; sub(a: T, b: T): T; mul(a: T, b: T): T },
): T {
  const t1 = op.sin(x);
  const t2 = op.mul(x, y);
  const t3 = op.add(t1, t2);
  const t4 = op.tanh(t3);
  const t5 = op.mul(t4, y);
  const t6 = op.cos(t5);
  const t7 = op.add(t6, x);
  const t8 = op.mul(t7, t7);
  const t9 = op.tanh(t8);
  const t10 = op.sub(t9, t2);
  const t11 = op.exp(t10);
  const t12 = op.mul(t11, t4);
  const t13 = op.add(t12, t6);
  const t14 = op.sin(t13);
  const t15 = op.mul(t14, x);
  const t16 = op.add(t15, y);
  const t17 = op.tanh(t16);
  const t18 = op.mul(t17, t11);
  const t19 = op.add(t18, t5);
  return op.mul(t19, t14);
}

const plain = {
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  exp: Math.exp,
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
};
const value = (x: number, y: number): number => expression(x, y, plain);

/** Central differences, good to about 1e-9 here. */
const STEP = 1e-5;
const slopeX = (x: number, y: number): number => (value(x + STEP, y) - value(x - STEP, y)) / (2 * STEP);
const slopeY = (x: number, y: number): number => (value(x, y + STEP) - value(x, y - STEP)) / (2 * STEP);

function build(): { graph: Graph; x: Node; y: Node; result: Node } {
  const graph = new Graph();
  const x = graph.scalar('x');
  const y = graph.scalar('y');
  return { graph, x, y, result: expression<Node>(x, y, { sin, cos, tanh, exp, add, sub, mul }) };
}

async function gradients({ make }: Entry): Promise<Prepared> {
  const { graph, x, y, result } = build();
  const [byX, byY] = grad(result, [x, y]) as [Node, Node];
  const program = await new TapeMachine(graph, { backend: make() }).compile({ result, byX, byY });
  return {
    check() {
      const got = program.runSync({ x: X, y: Y });
      expectClose('scalar', Number(got.result.item()), value(X, Y), { relative: 1e-5 });
      expectClose('scalar by x', Number(got.byX.item()), slopeX(X, Y), { relative: 1e-4 });
      expectClose('scalar by y', Number(got.byY.item()), slopeY(X, Y), { relative: 1e-4 });
    },
    run: () => program.runSync({ x: X, y: Y }),
  };
}

async function product({ make }: Entry): Promise<Prepared> {
  const { graph, x, y, result } = build();
  const [vx, vy] = [graph.scalar('vx'), graph.scalar('vy')];
  const [hx, hy] = hvp(result, [x, y], [vx, vy]) as [Node, Node];
  const program = await new TapeMachine(graph, { backend: make() }).compile({ hx, hy });
  const feeds = { x: X, y: Y, vx: 0.3, vy: 0.5 };
  return {
    check() {
      const got = program.runSync(feeds);
      const along = (slope: (x: number, y: number) => number) => {
        const h = 1e-4;
        return (slope(X + h * feeds.vx, Y + h * feeds.vy) - slope(X - h * feeds.vx, Y - h * feeds.vy)) / (2 * h);
      };
      expectClose('scalar-hvp by x', Number(got.hx.item()), along(slopeX), { absolute: 1e-3, relative: 1e-3 });
      expectClose('scalar-hvp by y', Number(got.hy.item()), along(slopeY), { absolute: 1e-3, relative: 1e-3 });
    },
    run: () => program.runSync(feeds),
  };
}

/** The value and both gradients written out by hand as straight-line JavaScript would be at best; here the value alone, as a floor. */
const floor: Contestant = {
  system: 'straight-line value',
  threads: 1,
  prepare: () => {
    let sink = 0;
    return {
      check: () => expectClose('straight-line value', value(X, Y), value(X, Y)),
      run: () => {
        sink += value(X + sink * 1e-300, Y);
      },
    };
  },
};

/** Value and both gradients of a 20-operation scalar expression by `runSync`, fed with plain numbers; and a Hessian-vector product of it. */
export function scalar(entries: readonly Entry[]): Case[] {
  const of = (prepare: (entry: Entry) => Promise<Prepared>): Contestant[] =>
    entries.map((entry) => ({ system: entry.name, threads: 1, prepare: () => prepare(entry) }));
  return [
    { suite: 'scalar', name: 'scalar', flops: 0, contestants: [...of(gradients), floor] },
    { suite: 'scalar', name: 'scalar-hvp', flops: 0, contestants: of(product) },
  ];
}
