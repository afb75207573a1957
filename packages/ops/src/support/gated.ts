import { type Expr, general, type Lowering, type Node, type Op, where, zerosLike } from '@tapegrad/core';

interface GatedRules<A> {
  readonly lower: (k: Lowering<A>) => Expr;
  /** Where the derivative is 0, as bool; from the result where that is enough, so that the input need not be stored. */
  readonly stops: (y: Node<A>, x: Node) => Node;
  readonly dtype?: (inputs: readonly Node[], attrs: A) => Node['dtype'];
}

/** A pointwise op of one input that passes derivatives on or stops them. What it stops may be NaN or infinite. */
/* @__NO_SIDE_EFFECTS__ */
export function gated<A>(name: string, { lower, stops, dtype }: GatedRules<A>): Op<A> {
  const pass = (y: Node<A>, t: Node): Node => where(stops(y, y.inputs[0]!), zerosLike(t), t);
  return general<A>(name, {
    shape: ([x]) => x!.shape,
    ...(dtype && { dtype }),
    jvp: (y, [t]) => (t ? pass(y, t) : null),
    vjp: (y, g) => pass(y, g),
    lower,
  }).op;
}
