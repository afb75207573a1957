import type { Stmt } from '../loops/statement.js';
import { operandsOf } from '../loops/walk.js';

/** The statements without values that nothing uses, which a procedure may have asked for on the way. */
export function withoutUnused(body: readonly Stmt[]): readonly Stmt[] {
  return live(body, new Set());
}

/** Backwards, as every use comes after its definition. */
function live(list: readonly Stmt[], used: Set<number>): Stmt[] {
  const kept: Stmt[] = [];
  for (const statement of list.toReversed()) {
    if ((statement.kind === 'let' || statement.kind === 'load') && !used.has(statement.to)) continue;
    if (statement.kind === 'for') kept.push({ ...statement, body: live(statement.body, used) });
    else if (statement.kind === 'if') {
      const otherwise = live(statement.otherwise, used);
      kept.push({ ...statement, body: live(statement.body, used), otherwise });
    } else kept.push(statement);
    for (const operand of operandsOf(statement)) if ('local' in operand) used.add(operand.local);
  }
  return kept.reverse();
}
