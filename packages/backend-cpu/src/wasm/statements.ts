import type { Stmt } from '@tapegrad/core';

/** Visits some statements and all inside them, in the order in which they stand. */
export function everyStatement(list: readonly Stmt[], visit: (statement: Stmt) => void): void {
  for (const statement of list) {
    visit(statement);
    if (statement.kind === 'for') everyStatement(statement.body, visit);
    else if (statement.kind === 'if') everyStatement([...statement.body, ...statement.otherwise], visit);
  }
}
