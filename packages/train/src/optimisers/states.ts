import { add, cast, type DType, type Graph, isState, Node, type Update } from '@tapegrad/core';
import { constant } from '../initialisers/constant.js';
import type { LearningRate } from './common.js';

/** How a state starts. */
interface Start {
  readonly shape: readonly number[];
  readonly value: number;
}

/**
 * The states of one optimiser, and the updates of all that it moves. A state is named after the optimiser and the parameter (`adam.w.m`),
 * with a number where another optimiser has that name (`adam#2.w.m`).
 */
export class OptimiserStates {
  readonly updates: Update[] = [];
  readonly #graph: Graph;
  readonly #name: string;
  readonly #prefixes = new Map<string, string>();
  #step: Node | null = null;

  constructor(name: string, graph: Graph) {
    this.#name = name;
    this.#graph = graph;
  }

  /** How many steps were made before this one: an int32 scalar that counts itself. */
  get step(): Node {
    if (!this.#step) {
      this.#step = this.#graph.state(`${this.#prefix('', 'step')}.step`, 0, { dtype: 'int32' });
      this.update(this.#step, add(this.#step, 1));
    }
    return this.#step;
  }

  /** States of the parameter's shape and dtype that start as zeros, one for each label. */
  zeros<L extends string>(parameter: Node, labels: readonly L[]): Record<L, Node> {
    const start = { shape: parameter.shape.map(Number), value: 0 };
    return Object.fromEntries(labels.map((label) => [label, this.own(parameter, label, start)])) as Record<L, Node>;
  }

  /** A state of a parameter, and of its dtype, that starts with one value everywhere. */
  own(parameter: Node, label: string, { shape, value }: Start): Node {
    const owner = isState(parameter) ? parameter.attrs.name : `%${parameter.id}`;
    return this.#make(owner, `${owner}.${label}`, { shape, value, dtype: parameter.dtype });
  }

  /** A state of the whole optimiser that starts with one value everywhere. */
  shared(label: string, start: Start & { readonly dtype: DType }): Node {
    return this.#make('', label, start);
  }

  #make(owner: string, label: string, { shape, value, dtype }: Start & { readonly dtype: DType }): Node {
    return this.#graph.state(`${this.#prefix(owner, label)}.${label}`, constant(shape, value), { dtype });
  }

  /** Sets a state, and gives its new value. */
  update(state: Node, value: Node): Node {
    this.updates.push({ state, value });
    return value;
  }

  /** The learning rate of this step, as a scalar of `dtype`. */
  rate(learningRate: LearningRate, dtype: DType): Node {
    if (typeof learningRate === 'number') return this.#graph.constant(learningRate, dtype);
    return cast(learningRate instanceof Node ? learningRate : learningRate(cast(this.step, this.#graph.dtype)), dtype);
  }

  /** The first of `adam`, `adam#2`, … under which the first name for this owner is not taken. */
  #prefix(owner: string, label: string): string {
    for (let k = 1; !this.#prefixes.has(owner); k++) {
      const prefix = k === 1 ? this.#name : `${this.#name}#${k}`;
      if (!this.#graph.named(`${prefix}.${label}`)) this.#prefixes.set(owner, prefix);
    }
    return this.#prefixes.get(owner)!;
  }
}
