import { callOn } from '../graph/calling.js';
import { Graph } from '../graph/graph.js';
import { holeOp, isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Op, Typed } from '../graph/op.js';
import { graphOf, type Operand } from '../graph/operand.js';
import { type Defaults, optionsOf } from '../options.js';
import { checkRules } from './rule-names.js';
import { type CommonRules, common, nodesOf, withOp } from './rules.js';

/** The options of an op: every one by name, with what it is unless said, undefined where that is nothing. None need not be stated. */
export type OptionRules<A extends object> = [keyof A] extends [never]
  ? { readonly defaults?: undefined }
  : { readonly defaults: Defaults<A> };

export type CompositeRules<N extends readonly Node[], A extends object> = CommonRules<A> &
  OptionRules<A> & {
    readonly define: (...args: [...inputs: N, attrs: A]) => Node;
    /** The shape and dtype, where reading them off the definition would be slow. */
    readonly infer?: (inputs: readonly Node[], attrs: A) => Typed;
  };
type OperandsOf<N extends readonly Node[]> = { [K in keyof N]: Operand };
/** A free op made by {@link composite}: its operands, then its options. `op` is what its nodes do. */
export type CompositeFunction<N extends readonly Node[], A> = ((...args: [...operands: OperandsOf<N>, options?: A]) => Node) & {
  readonly op: Op<A>;
};

/**
 * An op that is defined by other ops, and stays one node until it is expanded. The definition makes no inputs, parameters or state.
 * `defaults` names all options, with what each is unless said; calls with another throw `OptionError`, and so does a rule that there is not.
 *
 * @example
 * const mse = composite<[Node, Node]>('mse', { define: (x, y) => mean(square(sub(x, y))) });
 */
/* @__NO_SIDE_EFFECTS__ */
export function composite<N extends readonly Node[], A extends object = Record<never, never>>(
  name: string,
  rules: CompositeRules<N, A>,
): CompositeFunction<N, A> {
  checkRules('composite', name, rules);
  const define = (inputs: readonly Node[], attrs: A): Node => rules.define(...(inputs as unknown as N), attrs);
  const op: Op<A> = {
    ...common(name, rules),
    kind: 'composite',
    infer: (inputs, attrs, graph) =>
      rules.infer?.(inputs, attrs) ?? typeOfDefinition(inputs, graph, (holes) => define(holes, attrs)),
    define,
  };
  return withOptions(op, rules.defaults);
}

/** The free function of an op that takes its attrs as options: after the operands, over `defaults`, which name them all. */
/* @__NO_SIDE_EFFECTS__ */
export function withOptions<N extends readonly Node[], A extends object>(
  op: Op<A>,
  defaults: Defaults<A> | undefined,
): CompositeFunction<N, A> {
  const call = (...args: readonly unknown[]): Node => {
    const arity = isOptions(args.at(-1)) ? args.length - 1 : args.length;
    const operands = args.slice(0, arity) as Operand[];
    const attrs = optionsOf(op.name, args[arity] as A | undefined, defaults ?? ({} as Defaults<A>)) as unknown as A;
    return graphOf(op.name, operands).append(op, nodesOf(op.name, operands), attrs) as Node;
  };
  return withOp(op, call) as CompositeFunction<N, A>;
}

function isOptions(value: unknown): boolean {
  return (
    value === undefined || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
  );
}

/** The type of a definition, read off a run of it on holes in a graph of its own. */
function typeOfDefinition(inputs: readonly Node[], graph: Graph, define: (holes: readonly Node[]) => Node): Typed {
  const apart = new Graph({ dtype: graph.dtype });
  const holes = inputs.map(
    (x) =>
      (isConstant(x) ? apart.append(x.op, [], x.attrs) : apart.append(holeOp, [], { shape: x.shape, dtype: x.dtype })) as Node,
  );
  const { shape, dtype } = callOn(apart, () => define(holes));
  return { shape, dtype };
}
