import { GraphError } from '../errors.js';
import type { Node } from '../graph/node.js';
import type { Op } from '../graph/op.js';
import type { Operand } from '../graph/operand.js';
import type { Expr } from '../loops/expression.js';
import { type CompositeFunction, type CompositeRules, composite, type OptionRules, withOptions } from './composite.js';
import { type Binary, binary, general, linear, multilinear, type PartialRule, type Unary, unary } from './forms.js';
import { checkDefinition } from './rule-names.js';
import type { CommonRules, ShapedRules } from './rules.js';

interface Defined<K extends string> {
  /** What prints and errors call the op, such as 'softClip'. */
  readonly name: string;
  readonly kind: K;
}

/** An op on each element of one operand. */
export interface UnaryDefinition extends Defined<'unary'>, CommonRules<undefined> {
  /** The derivative of an element of the result `y` by that of `x`; null where it is 0 everywhere. */
  readonly partial: ((y: Node, x: Node) => Node) | null;
  readonly lower?: (x: Expr) => Expr;
}

/** An op on the elements of two operands, which are broadcast and promoted first. */
export interface BinaryDefinition extends Defined<'binary'>, CommonRules<undefined> {
  /** The derivative by each operand. */
  readonly partials: readonly [PartialRule, PartialRule];
  readonly lower?: (x: Expr, y: Expr) => Expr;
}

/** What the kinds below share: options, and a shape rule. */
type Shaped<A extends object> = Omit<ShapedRules<A>, 'kind'> &
  OptionRules<A> & {
    /** What a kernel of the op is like, where it is not what the kind suggests; fusion goes by it. */
    readonly form?: Op['kind'];
  };
type Adjoint<A> = {
  /** The cotangent of operand `i`, given that of the result. */
  readonly adjoint: (node: Node<A>, g: Node, i: number) => Node | null;
};

/** Linear in all float operands together: movement of elements, sums. */
export type LinearDefinition<A extends object> = Defined<'linear'> & Shaped<A> & Adjoint<A>;
/** Linear in each float operand apart: products. */
export type MultilinearDefinition<A extends object> = Defined<'multilinear'> & Shaped<A> & Adjoint<A>;
/** Anything else: jvp, vjp, both, or neither where there is no derivative. */
export type GeneralDefinition<A extends object> = Defined<'general'> &
  Shaped<A> & { readonly jvp?: Op<A>['jvp']; readonly vjp?: Op<A>['vjp'] };
/** Defined by other ops, from which its derivative and its kernels follow. */
export type CompositeDefinition<N extends readonly Node[], A extends object> = Defined<'composite'> & CompositeRules<N, A>;

/** Operands, then options if any. */
export type DefinedFunction<A> = ((...args: [...operands: Operand[], options: A]) => Node) &
  ((...operands: Operand[]) => Node) & { readonly op: Op<A> };

/** Options of which no more is known. */
type Options = Readonly<Record<string, unknown>>;

type Definition =
  | UnaryDefinition
  | BinaryDefinition
  | LinearDefinition<Options>
  | MultilinearDefinition<Options>
  | GeneralDefinition<Options>
  | CompositeDefinition<readonly Node[], Options>;

/**
 * An op of your own, by what its kind needs: a derivative fact, from which both modes and every order follow, and a lowering, from which
 * every backend's kernels follow. `kernels` may hold hand-written ones, `(inputs, output, context) => void` on typed arrays: under the
 * name of a backend, or under `host` for every backend whose memory is typed arrays (`js`, `wasm`, the interpreter). An op with kernels and
 * no lowering runs on those backends only, and compiling it elsewhere says so.
 *
 * Throws `GraphError` where the definition lacks something, `OptionError` where it states what is no rule of its kind.
 *
 * @example
 * const softClip = defineOp({
 *   name: 'softClip',
 *   kind: 'unary',
 *   partial: (y, x) => div(y, mul(x, add(1, abs(x)))),
 *   lower: (x) => x.div(x.constant(1).add(x.abs())),
 * });
 */
export function defineOp(definition: UnaryDefinition): Unary;
export function defineOp(definition: BinaryDefinition): Binary;
export function defineOp<A extends object = Record<never, never>>(
  definition: LinearDefinition<A> | MultilinearDefinition<A> | GeneralDefinition<A>,
): DefinedFunction<A>;
export function defineOp<N extends readonly Node[], A extends object = Record<never, never>>(
  definition: CompositeDefinition<N, A>,
): CompositeFunction<N, A>;
export function defineOp(definition: Definition): unknown {
  check(definition);
  const { name } = definition;
  switch (definition.kind) {
    case 'unary':
      return unary(name, factsOf(definition));
    case 'binary':
      return binary(name, factsOf(definition));
    case 'linear':
      return withOptions(linear(name, rulesOf(definition)).op, definition.defaults);
    case 'multilinear':
      return withOptions(multilinear(name, rulesOf(definition)).op, definition.defaults);
    case 'general':
      return withOptions(general(name, rulesOf(definition)).op, definition.defaults);
    case 'composite':
      return composite(name, factsOf(definition));
  }
}

/** What a definition says besides its name and its form. */
function factsOf<D extends Defined<string>>({ name: _name, kind: _kind, ...facts }: D) {
  return facts;
}

/** A definition's `kind` says which form it is; a form's `kind`, what its kernel is like. */
function rulesOf<D extends Defined<string> & Shaped<Options>>({
  name: _name,
  kind: _kind,
  defaults: _defaults,
  form,
  ...rules
}: D) {
  return { ...rules, ...(form && { kind: form }) };
}

const NEEDS = {
  unary: ['partial'],
  binary: ['partials'],
  linear: ['shape', 'adjoint'],
  multilinear: ['shape', 'adjoint'],
  general: ['shape'],
  composite: ['define'],
} as const;

/** For those who write JavaScript: what the types say, in words. */
function check(definition: Definition): void {
  const { name, kind } = definition;
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) {
    throw new GraphError(`defineOp: '${name}' is no name for an op; write letters, digits and underscores, such as 'softClip'.`);
  }
  const fail = (message: string): never => {
    throw new GraphError(`defineOp: ${name} ${message}`, { op: name });
  };
  if (!Object.hasOwn(NEEDS, kind)) fail(`is of kind '${kind}'; it must be one of ${Object.keys(NEEDS).join(', ')}.`);
  checkDefinition(kind, name, definition);
  const missing = NEEDS[kind].filter((rule) => !(rule in definition));
  if (missing.length > 0) fail(`is ${kind} and states no ${missing.join(' and no ')}.`);
  if (kind === 'composite') {
    if (definition.kernels) fail("is composite and states kernels; what has kernels of its own is 'general'.");
  } else if (!definition.lower && !definition.kernels && !('procedure' in definition)) {
    fail('states neither lower nor kernels, so nothing could compute it.');
  }
}
