import type { DType } from '../tensor/dtype.js';
import { rebuilt } from './contraction.js';
import type { Builder, Expr } from './expression.js';
import type { Index } from './indices.js';

/** Where values are written anew: in which builder, and what their loads become there. */
export interface Into {
  readonly builder: Builder;
  /** `rewritten` are the axes at each index of which the buffer is written anew. */
  load(buffer: number, dtype: DType, address: Index, rewritten: ReadonlySet<string>): Expr;
}

/** A value with indices in the place of axes, all at once. */
export function substitute(value: Expr, axes: ReadonlyMap<string, Index>): Expr {
  const { builder } = value;
  const into: Into = { builder, load: (buffer, dtype, address, rewritten) => builder.load(buffer, dtype, address, rewritten) };
  return new Rewriting(axes, into, (expr) => ![...axes.keys()].some((key) => expr.axes.has(key))).value(value);
}

/** Writes values of one builder in another, with indices in the place of axes, all at once. What values have in common is written once. */
export class Rewriting {
  readonly #axes: ReadonlyMap<string, Index>;
  readonly #into: Into;
  readonly #stays: (expr: Expr) => boolean;
  readonly #known = new Map<Expr, Expr>();

  /** What `stays` is kept as it is. */
  constructor(axes: ReadonlyMap<string, Index>, into: Into, stays: (expr: Expr) => boolean = () => false) {
    this.#axes = axes;
    this.#into = into;
    this.#stays = stays;
  }

  value(expr: Expr): Expr {
    if (this.#stays(expr)) return expr;
    let made = this.#known.get(expr);
    if (!made) {
      made = this.#rewritten(expr);
      this.#known.set(expr, made);
    }
    return made;
  }

  index(index: Index): Index {
    return index.substitute(this.#axes, (inner) => this.value(inner as Expr));
  }

  #rewritten(expr: Expr): Expr {
    const { is, dtype } = expr;
    const { builder } = this.#into;
    if (is.kind === 'constant') return builder.constant(is.value, dtype);
    if (is.kind === 'index') return builder.index(this.index(is.index), dtype);
    if (is.kind === 'load') {
      const rewritten = new Set([...expr.axes].filter((key) => !is.address.axes.has(key)));
      return this.#into.load(is.buffer, dtype, this.index(is.address), rewritten);
    }
    if (is.kind === 'guard') {
      const conditions = is.conditions.map(([index, low, high]) => [this.index(index), low, high] as const);
      return builder.guard(conditions, this.value(is.body), is.otherwise);
    }
    return rebuilt(expr, (inner) => this.value(inner), builder);
  }
}
