import { add, type Graph, mul, Graph as NewGraph, type Node, sum, type TypedArray } from '@tapegrad/core';
import { numbersOf, type OracleCase, type StoredArray, type StoredInput, type StoredStep } from './format.js';
import { real, renamed, VOCABULARY } from './vocabulary.js';

export type Float = 'float64' | 'float32';

/** A case as a graph, with what to feed it. */
export class CaseProgram {
  readonly graph: Graph;
  readonly feeds: Record<string, TypedArray> = {};
  readonly outputs: readonly Node[];
  /** What the case is differentiated by. */
  readonly varied: ReadonlyMap<string, Node>;
  readonly #dtype: Float;
  readonly #rounded: boolean;

  /** With all numbers rounded to float32, if asked, whatever the dtype. */
  constructor({ inputs, steps, outputs }: OracleCase, dtype: Float, rounded: boolean) {
    this.graph = new NewGraph({ dtype });
    this.#dtype = dtype;
    this.#rounded = rounded;
    const known = new Map(Object.entries(inputs).map(([name, stored]) => [name, this.feed(name, stored)]));
    const free = Object.entries(inputs).filter(([, stored]) => !stored.int && !stored.const);
    this.varied = new Map(free.map(([name]) => [name, known.get(name)!]));
    for (const step of steps) this.#step(step, known);
    this.outputs = outputs.map((name) => named(known, name));
  }

  /** A new input that is fed a stored array. */
  feed(name: string, stored: StoredInput): Node {
    const numbers = numbersOf(stored);
    if (stored.int) {
      this.feeds[name] = Int32Array.from(numbers);
      return this.graph.input(name, stored.shape, 'int32');
    }
    this.feeds[name] = this.#dtype === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers, (n) => this.#round(n));
    return this.graph.input(name, stored.shape);
  }

  /** The sum of all outputs, each weighted by an array. */
  loss(weights: readonly StoredArray[]): Node {
    const terms = this.outputs.map((output, i) => sum(mul(this.feed(`weight ${i}`, weights[i]!), real(output))));
    return terms.reduce((a, b) => add(a, b));
  }

  #round(value: number): number {
    return this.#rounded ? Math.fround(value) : value;
  }

  #step([result, op, args, params = {}]: StoredStep, known: Map<string, Node>): void {
    const translate = VOCABULARY[op];
    if (!translate) throw new Error(`'${op}' is no op of the vocabulary`);
    const nodes = args.map((arg) => (typeof arg === 'string' ? named(known, arg) : this.graph.constant(this.#round(arg))));
    const results = [translate(nodes, renamed(params))].flat();
    [result].flat().forEach((name, i) => {
      known.set(name, results[i]!);
    });
  }
}

function named(known: ReadonlyMap<string, Node>, name: string): Node {
  const node = known.get(name);
  if (!node) throw new Error(`the case names '${name}', which is nothing`);
  return node;
}
