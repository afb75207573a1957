import { add, cast, type DType, type Graph, isState, Node, type Update } from '@tapegrad/core';
import { zeros } from '../initialisers/constant.js';
import type { LearningRate } from './common.js';

/**
 * The states of one optimiser, and the updates of all that it moves. A state is named after the optimiser and the parameter (`adam.w.m`),
 * with a number where another optimiser has that name (`adam#2.w.m`).
 */
export class OptimiserStates {
  readonly updates: Update[] = [];
  readonly #graph: Graph;
  readonly #name: string;
  #step: Node | null = null;

  constructor(name: string, graph: Graph) {
    this.#name = name;
    this.#graph = graph;
  }

  /** How many steps were made before this one: an int32 scalar that counts itself. */
  get step(): Node {
    if (!this.#step) {
      this.#step = this.#graph.state(`${this.#prefix(['step'])}.step`, 0, { dtype: 'int32' });
      this.update(this.#step, add(this.#step, 1));
    }
    return this.#step;
  }

  /** States of the parameter's shape and dtype that start as zeros, one for each label. */
  zeros<L extends string>(parameter: Node, labels: readonly L[]): Record<L, Node> {
    const own = isState(parameter) ? parameter.attrs.name : `%${parameter.id}`;
    const prefix = this.#prefix(labels.map((label) => `${own}.${label}`));
    const first = zeros(parameter.shape.map(Number));
    const make = (label: L): Node => this.#graph.state(`${prefix}.${own}.${label}`, first, { dtype: parameter.dtype });
    return Object.fromEntries(labels.map((label) => [label, make(label)])) as Record<L, Node>;
  }

  update(state: Node, value: Node): void {
    this.updates.push({ state, value });
  }

  /** The learning rate of this step, as a scalar of `dtype`. */
  rate(learningRate: LearningRate, dtype: DType): Node {
    if (typeof learningRate === 'number') return this.#graph.constant(learningRate, dtype);
    return cast(learningRate instanceof Node ? learningRate : learningRate(cast(this.step, this.#graph.dtype)), dtype);
  }

  /** The first of `adam`, `adam#2`, … under which none of the names is taken. */
  #prefix(names: readonly string[]): string {
    for (let k = 1; ; k++) {
      const prefix = k === 1 ? this.#name : `${this.#name}#${k}`;
      if (names.every((name) => !this.#graph.named(`${prefix}.${name}`))) return prefix;
    }
  }
}
