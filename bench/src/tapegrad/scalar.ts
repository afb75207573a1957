import { add, type Backend, cos, exp, Graph, grad, hvp, mul, type Node, sin, sub, TapeMachine, tanh } from 'tapegrad';
import type { Prepared } from '../system.js';
import { DIRECTION, expression, POINT } from '../work/scalar.js';
import { timed } from './timed.js';

const OPS = { sin, cos, tanh, exp, add, sub, mul };

function build(): { graph: Graph; x: Node; y: Node; result: Node } {
  const graph = new Graph();
  const x = graph.scalar('x');
  const y = graph.scalar('y');
  return { graph, x, y, result: expression<Node>(x, y, OPS) };
}

/** Runs what was asked for with plain numbers. */
async function prepare(
  backend: Backend,
  graph: Graph,
  outputs: Record<string, Node>,
  feeds: Record<string, number>,
): Promise<Prepared> {
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile(outputs);
  const read = async () => Object.values(await program.run(feeds)).map((result) => Number(result.item()));
  return timed({ backend, machine, program, feeds, read });
}

export function scalar(backend: Backend): Promise<Prepared> {
  const { graph, x, y, result } = build();
  const [byX, byY] = grad(result, [x, y]) as [Node, Node];
  return prepare(backend, graph, { result, byX, byY }, { x: POINT.x, y: POINT.y });
}

export function scalarHvp(backend: Backend): Promise<Prepared> {
  const { graph, x, y, result } = build();
  const [vx, vy] = [graph.scalar('vx'), graph.scalar('vy')];
  const [hx, hy] = hvp(result, [x, y], [vx, vy]) as [Node, Node];
  return prepare(backend, graph, { hx, hy }, { x: POINT.x, y: POINT.y, vx: DIRECTION.x, vy: DIRECTION.y });
}
