import type { Operand, Stmt } from './statement.js';

/** The statements without values that nothing uses, which a procedure may have asked for on the way. */
export function withoutUnused(body: readonly Stmt[]): readonly Stmt[] {
  return live(body, new Set());
}

/** Backwards, as every use comes after its definition. */
function live(list: readonly Stmt[], used: Set<number>): Stmt[] {
  const use = (...operands: readonly Operand[]): void => {
    for (const operand of operands) if ('local' in operand) used.add(operand.local);
  };
  const kept: Stmt[] = [];
  for (const statement of list.toReversed()) {
    switch (statement.kind) {
      case 'let':
      case 'load':
        if (!used.has(statement.to)) continue;
        use(...(statement.kind === 'let' ? statement.args : [statement.index]));
        kept.push(statement);
        break;
      case 'for':
        kept.push({ ...statement, body: live(statement.body, used) });
        use(statement.count);
        break;
      case 'if': {
        const otherwise = live(statement.otherwise, used);
        kept.push({ ...statement, body: live(statement.body, used), otherwise });
        use(statement.condition);
        break;
      }
      case 'store':
        use(statement.index, statement.value);
        kept.push(statement);
        break;
      case 'variable':
      case 'set':
        use(statement.value);
        kept.push(statement);
        break;
      case 'fill':
        kept.push(statement);
    }
  }
  return kept.reverse();
}
