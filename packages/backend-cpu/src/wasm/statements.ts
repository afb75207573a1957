import type { KernelOperand as Operand, Stmt } from '@tapegrad/core';

/** Visits some statements and all inside them, in the order in which they stand. */
export function everyStatement(list: readonly Stmt[], visit: (statement: Stmt) => void): void {
  for (const statement of list) {
    visit(statement);
    if (statement.kind === 'for') everyStatement(statement.body, visit);
    else if (statement.kind === 'if') everyStatement([...statement.body, ...statement.otherwise], visit);
  }
}

/** What a statement reads itself, apart from those inside it. */
export function operandsOf(statement: Stmt): readonly Operand[] {
  switch (statement.kind) {
    case 'let':
      return statement.args;
    case 'variable':
    case 'set':
      return [statement.value];
    case 'load':
      return [statement.index];
    case 'store':
      return [statement.index, statement.value];
    case 'for':
      return [statement.count];
    case 'if':
      return [statement.condition];
    case 'fill':
      return [];
  }
}
