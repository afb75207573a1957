import { isInteger, type KernelOperand as Operand, type Stmt } from '@tapegrad/core';

/** Loads of single numbers of 32 bits that are only read by what has lanes. */
export function spreadLoads(body: readonly Stmt[]): Set<number> {
  const loads = new Set<number>();
  const single = new Set<number>();
  const read = (...operands: readonly Operand[]): void => {
    for (const operand of operands) if ('local' in operand) single.add(operand.local);
  };
  const visit = (list: readonly Stmt[]): void => {
    for (const statement of list) {
      switch (statement.kind) {
        case 'let':
          if (!statement.lanes || statement.op === 'ramp') read(...statement.args);
          break;
        case 'variable':
        case 'set':
          if (!statement.lanes) read(statement.value);
          break;
        case 'load':
          if (!statement.lanes && (statement.type === 'float32' || isInteger(statement.type))) loads.add(statement.to);
          read(statement.index);
          break;
        case 'store':
          read(statement.index);
          if (!statement.lanes) read(statement.value);
          break;
        case 'for':
          read(statement.count);
          visit(statement.body);
          break;
        case 'if':
          read(statement.condition);
          visit(statement.body);
          visit(statement.otherwise);
          break;
        case 'fill':
          break;
      }
    }
  };
  visit(body);
  for (const local of single) loads.delete(local);
  return loads;
}
