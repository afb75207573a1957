import { add, div, evaluate, Graph, jvp, mul, type Node, neg, sin } from 'tapegrad';

/** Angle and angular velocity. */
type State = readonly [angle: Node, velocity: Node];

const GRAVITY = 9.81;
const STEPS = 50;
const TIME = 1;

/** The state moved along a derivative for a time. */
function moved([angle, velocity]: State, [angleRate, velocityRate]: State, time: number): State {
  return [add(angle, mul(time, angleRate)), add(velocity, mul(time, velocityRate))];
}

/** One step of the classical Runge-Kutta method. */
function rungeKutta(state: State, rate: (state: State) => State, time: number): State {
  const k1 = rate(state);
  const k2 = rate(moved(state, k1, time / 2));
  const k3 = rate(moved(state, k2, time / 2));
  const k4 = rate(moved(state, k3, time));
  const outer = moved(moved(state, k1, time / 6), k4, time / 6);
  return moved(moved(outer, k2, time / 3), k3, time / 3);
}

/**
 * How the angle of a pendulum after a second depends on its length and on where it was let go: forward mode through every step of the
 * integrator, compared with differences.
 */
export async function main(): Promise<Record<string, { derivative: number; difference: number }>> {
  const graph = new Graph({ dtype: 'float64' });
  const length = graph.scalar('length');
  const start = graph.scalar('start');
  const rate = ([angle, velocity]: State): State => [velocity, neg(mul(div(GRAVITY, length), sin(angle)))];
  let state: State = [start, graph.constant(0)];
  for (let i = 0; i < STEPS; i++) state = rungeKutta(state, rate, TIME / STEPS);
  const [angle] = state;

  const at = { length: 1.2, start: 2 };
  const angleAt = (feeds: typeof at): number => Number(evaluate(angle, feeds).item());
  console.log(`a pendulum of ${at.length} m, let go at ${at.start} rad, is at ${angleAt(at).toFixed(6)} rad after ${TIME} s`);

  const found: Record<string, { derivative: number; difference: number }> = {};
  for (const [name, node] of Object.entries({ length, start })) {
    const [tangent] = jvp([angle], [node], [graph.constant(1)]);
    const derivative = Number(evaluate(tangent!, at).item());
    const beside = (distance: number): number => angleAt({ ...at, [name]: at[name as keyof typeof at] + distance });
    const difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
    console.log(`its derivative by ${name}: ${derivative.toFixed(8)}; by differences ${difference.toFixed(8)}`);
    found[name] = { derivative, difference };
  }
  return found;
}
