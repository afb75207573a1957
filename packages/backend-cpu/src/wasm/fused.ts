import { everyStatement, hasLanes, type KernelOperand as Operand, operandsOf, type Stmt } from '@tapegrad/core';

/** factors[0]·factors[1] + term; if negated, term − factors[0]·factors[1]. */
export interface FusedProduct {
  readonly factors: readonly [Operand, Operand];
  readonly term: Operand;
  readonly negated: boolean;
}

export interface FusedProducts {
  /** By the local of the sum. */
  readonly sums: ReadonlyMap<number, FusedProduct>;
  /** The locals of the products, which need not be computed by themselves. */
  readonly products: ReadonlySet<number>;
}

type Let = Extract<Stmt, { kind: 'let' }>;

/** Products of float32 in lanes that only a sum or a difference reads, which can be one instruction together. */
export function fusedProducts(body: readonly Stmt[]): FusedProducts {
  const uses = new Map<number, number>();
  const variables = new Set<number>();
  const candidates = new Map<number, Let>();
  everyStatement(body, (statement) => {
    for (const operand of operandsOf(statement)) {
      if ('local' in operand) uses.set(operand.local, (uses.get(operand.local) ?? 0) + 1);
    }
    if (statement.kind === 'variable') variables.add(statement.to);
    if (isWide(statement, 'mul')) candidates.set(statement.to, statement);
  });
  const productOf = (operand: Operand): Let | undefined => {
    if (!hasLanes(operand) || !('local' in operand) || uses.get(operand.local) !== 1) return undefined;
    const product = candidates.get(operand.local);
    // By the time of the sum a variable may hold something else.
    return product?.args.some((arg) => 'local' in arg && variables.has(arg.local)) ? undefined : product;
  };
  const sums = new Map<number, FusedProduct>();
  const products = new Set<number>();
  everyStatement(body, (statement) => {
    if (!isWide(statement, 'add') && !isWide(statement, 'sub')) return;
    const [a, b] = statement.args as [Operand, Operand];
    const second = productOf(b);
    const first = statement.op === 'add' && !second ? productOf(a) : undefined;
    const product = second ?? first;
    if (!product) return;
    products.add(product.to);
    const factors = product.args as [Operand, Operand];
    sums.set(statement.to, { factors, term: second ? a : b, negated: statement.op === 'sub' });
  });
  return { sums, products };
}

function isWide(statement: Stmt, op: Let['op']): statement is Let {
  return statement.kind === 'let' && statement.op === op && statement.type === 'float32' && statement.lanes === true;
}
