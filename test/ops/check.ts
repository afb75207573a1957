import { js } from '@tapegrad/backend-cpu';
import { Graph, jvp, type Node, TapeMachine, vjp } from '@tapegrad/core';
import { add, mul, sum } from '@tapegrad/ops';
import { expect } from 'vitest';
import type { SmoothLine } from './line.js';

type Arrays = readonly Float64Array[];
type Values = Readonly<Record<string, Float64Array>>;

const STEP = 1e-5;

/** Values between two bounds, without ties, never at round numbers; another row of them for each salt. */
function spread(length: number, [low, high]: readonly [number, number], salt: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => low + (high - low) * ((0.31 + 0.618034 * (i + 1) + 0.4142 * salt) % 1));
}

/** A function of some inputs with its first and second derivatives, compiled once and run at many points. */
class Derivatives {
  readonly #sizes: readonly number[];
  readonly #range: readonly [number, number];
  readonly #run: (feeds: Values) => Record<string, Float64Array>;
  readonly #result: number;

  private constructor(line: SmoothLine, result: number, run: (feeds: Values) => Record<string, Float64Array>) {
    this.#sizes = line.shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
    this.#range = line.range ?? [-1, 1];
    this.#result = result;
    this.#run = run;
  }

  static async of(line: SmoothLine): Promise<Derivatives> {
    const graph = new Graph({ dtype: 'float64' });
    const named = (name: string) => line.shapes.map((shape, i) => graph.input(`${name}${i}`, shape));
    const [x, v, u] = [named('x'), named('v'), named('u')];
    const y = line.call(...x);
    const gradients = vjp([y], x, [graph.input('w0', y.shape)]);
    const product = gradients.map((g, i) => sum(mul(g, u[i]!))).reduce((a, b) => add(a, b));
    const lists: Readonly<Record<string, readonly Node[]>> = {
      y: [y],
      tangent: jvp([y], x, v),
      gradient: gradients,
      forwardOverReverse: jvp(gradients, x, u),
      reverseOverReverse: vjp([product], x, [graph.constant(1)]),
    };
    const outputs = Object.fromEntries(
      Object.entries(lists).flatMap(([name, list]) => list.map((node, i) => [`${name}${i}`, node])),
    );
    const program = await new TapeMachine(graph, { backend: js() }).compile(outputs);
    // Inputs that nothing depends on (the directions of a second derivative that is zero) may be fed all the same.
    const run = (feeds: Values) => {
      const results = program.runSync(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.data as Float64Array]));
    };
    return new Derivatives(
      line,
      y.shape.reduce<number>((a, b) => a * Number(b), 1),
      run,
    );
  }

  check(salt: number): void {
    const x = this.#arrays(this.#range, salt);
    const [v, u] = [this.#arrays([-1, 1], salt + 2), this.#arrays([-1, 1], salt + 3)];
    const w = [spread(this.#result, [-1, 1], salt + 4)];
    const at = (point: Arrays) => this.#run({ ...fed('x', point), ...fed('v', v), ...fed('u', u), ...fed('w', w) });
    const here = at(x);
    const list = (name: string): Float64Array[] => x.map((_, i) => here[`${name}${i}`]!);
    const slope = (name: string, along: Arrays): Float64Array => {
      const [ahead, behind] = [at(moved(x, along, STEP)), at(moved(x, along, -STEP))];
      return ahead[name]!.map((value, i) => (value - behind[name]![i]!) / (2 * STEP));
    };
    expectClose([here.tangent0!], [slope('y0', v)], 1e-6, 'forward mode and differences');
    expectClose([[inner([here.tangent0!], w)]], [[inner(list('gradient'), v)]], 1e-10, '⟨w, Jv⟩ and ⟨Jᵀw, v⟩');
    const differences = x.map((_, i) => slope(`gradient${i}`, u));
    expectClose(list('forwardOverReverse'), differences, 1e-6, 'second order and differences');
    expectClose(list('reverseOverReverse'), list('forwardOverReverse'), 1e-9, 'reverse over reverse and forward over reverse');
  }

  #arrays(range: readonly [number, number], salt: number): Float64Array[] {
    return this.#sizes.map((size, i) => spread(size, range, salt + 7 * i));
  }
}

/** Checks first and second derivatives of an op, in both modes, at two points. */
export async function checkSmooth(line: SmoothLine): Promise<void> {
  const derivatives = await Derivatives.of(line);
  derivatives.check(0);
  derivatives.check(11);
}

function fed(name: string, arrays: Arrays): Values {
  return Object.fromEntries(arrays.map((array, i) => [`${name}${i}`, array]));
}

function moved(x: Arrays, along: Arrays, step: number): Arrays {
  return x.map((array, i) => array.map((value, k) => value + step * along[i]![k]!));
}

function inner(a: Arrays, b: Arrays): number {
  return a.reduce((total, row, i) => row.reduce((part, value, k) => part + value * b[i]![k]!, total), 0);
}

function expectClose(
  got: readonly ArrayLike<number>[],
  wanted: readonly ArrayLike<number>[],
  tolerance: number,
  what: string,
): void {
  got.forEach((row, i) => {
    const other = wanted[i]!;
    expect(row.length, what).toBe(other.length);
    for (let k = 0; k < row.length; k++) {
      const [a, b] = [row[k]!, other[k]!];
      const close = Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
      expect(close, `${what} of argument ${i} at element ${k}: ${a} and ${b}`).toBe(true);
    }
  });
}
