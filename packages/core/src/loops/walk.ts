import type { Operand, Stmt } from './statement.js';

/**
 * Visits some statements and all inside them, in the order in which they stand.
 *
 * @example
 * const p = new Procedure();
 * p.store(1, p.literal(0), p.load(0, 'float64', p.literal(2)));
 * const kinds: string[] = [];
 * everyStatement(p.body, ({ kind }) => kinds.push(kind));
 * console.log(kinds); // [ 'load', 'store' ]
 */
export function everyStatement(list: readonly Stmt[], visit: (statement: Stmt) => void): void {
  for (const statement of list) {
    visit(statement);
    if (statement.kind === 'for') everyStatement(statement.body, visit);
    else if (statement.kind === 'if') {
      everyStatement(statement.body, visit);
      everyStatement(statement.otherwise, visit);
    }
  }
}

/**
 * What a statement reads itself, apart from those inside it.
 *
 * @example
 * const p = new Procedure();
 * p.store(0, p.literal(0), p.literal(7, 'float64'));
 * console.log(operandsOf(p.body[0]!).map(({ type }) => type)); // [ 'int32', 'float64' ]
 */
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
