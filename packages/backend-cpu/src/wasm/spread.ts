import { everyStatement, isInteger, type KernelOperand as Operand, operandsOf, type Stmt } from '@tapegrad/core';

/** Loads of single numbers of 32 bits that are only read by what has lanes. */
export function spreadLoads(body: readonly Stmt[]): Set<number> {
  const loads = new Set<number>();
  const single = new Set<number>();
  everyStatement(body, (statement) => {
    if (statement.kind === 'load' && !statement.lanes && (statement.type === 'float32' || isInteger(statement.type))) {
      loads.add(statement.to);
    }
    for (const operand of readSingly(statement)) if ('local' in operand) single.add(operand.local);
  });
  for (const local of single) loads.delete(local);
  return loads;
}

/** What a statement reads otherwise than into all lanes. */
function readSingly(statement: Stmt): readonly Operand[] {
  switch (statement.kind) {
    case 'let':
      return statement.lanes && statement.op !== 'ramp' ? [] : statement.args;
    case 'variable':
    case 'set':
      return statement.lanes ? [] : [statement.value];
    case 'store':
      return statement.lanes ? [statement.index] : [statement.index, statement.value];
    default:
      return operandsOf(statement);
  }
}
