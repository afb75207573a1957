import type { Expr } from '../loops/expression.js';
import type { Operand, Stmt } from '../loops/statement.js';
import type { DType } from '../tensor/dtype.js';

export type Local = Extract<Operand, { readonly local: number }>;

/** The body of one loop or branch while it is written: its statements, the axes that it binds, and what is computed in it already. */
export class Scope {
  readonly parent: Scope | null;
  /** Is it entered only where a condition holds? */
  readonly branch: boolean;
  readonly depth: number;
  readonly statements: Stmt[] = [];
  readonly #axes = new Map<string, Operand>();
  readonly #lanes = new Set<string>();
  readonly #known = new Map<Expr | string, Operand>();

  constructor(parent: Scope | null, branch = false) {
    this.parent = parent;
    this.branch = branch;
    this.depth = parent ? parent.depth + 1 : 0;
  }

  bind(axis: string, operand: Operand): void {
    this.#axes.set(axis, operand);
  }

  /** Binds an axis whose neighbours, from `first` on, are computed side by side. */
  bindLanes(axis: string, first: Operand): void {
    this.bind(axis, first);
    this.#lanes.add(axis);
  }

  /** Does something of these free axes have a value for each lane? */
  hasLanes(axes: Iterable<string>): boolean {
    for (const axis of axes) {
      let scope: Scope | null = this;
      while (scope && !scope.#axes.has(axis)) scope = scope.parent;
      const lanes = scope ? scope.#lanes : null;
      if (lanes?.has(axis)) return true;
    }
    return false;
  }

  binds(axis: string): boolean {
    return this.#axes.has(axis);
  }

  bindsAny(axes: ReadonlySet<string>): boolean {
    if (this.#axes.size === 0) return false;
    for (const axis of axes) if (this.#axes.has(axis)) return true;
    return false;
  }

  /** Do this scope and those around it bind all of these axes? */
  reaches(axes: ReadonlySet<string>): boolean {
    for (const axis of axes) if (!this.#operandOf(axis)) return false;
    return true;
  }

  axis(key: string): Operand {
    const operand = this.#operandOf(key);
    if (!operand) throw new Error(`Axis '${key}' is not bound here.`);
    return operand;
  }

  #operandOf(axis: string): Operand | undefined {
    const operand = this.#axes.get(axis);
    return operand || !this.parent ? operand : this.parent.#operandOf(axis);
  }

  /** The outermost scope where something of these free axes may stand. What is tied to its branch stays inside it. */
  home(axes: ReadonlySet<string>, tied: boolean): Scope {
    let scope: Scope = this;
    while (scope.parent && !scope.bindsAny(axes) && !(tied && scope.branch)) scope = scope.parent;
    return scope;
  }

  know(key: Expr | string, operand: Operand): void {
    this.#known.set(key, operand);
  }

  /** What is known of something of these free axes. Beyond the scope that binds one of them the same name means another value. */
  find(key: Expr | string, axes: ReadonlySet<string>): Operand | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const known = scope.#known.get(key);
      if (known || scope.bindsAny(axes)) return known;
    }
    return undefined;
  }
}

export function literal(value: number, type: DType): Operand {
  return { literal: value, type };
}
