import { type Kernel, type KernelOperand as Operand, Procedure, type Stmt, Value } from '@tapegrad/core';
import { functionOf } from './library.js';
import type { FunctionOf } from './tools.js';

/** Puts statements in the place of the functions that processors lack. Throws where they have not been loaded. */
export function inlineFunctions(kernel: Kernel): Kernel {
  let { locals } = kernel;
  const written = (statement: Extract<Stmt, { kind: 'let' }>, f: FunctionOf): Stmt[] => {
    const procedure = new Procedure(locals);
    const [x, y = x] = statement.args.map((arg: Operand) => new Value(procedure, arg)) as [Value, Value?];
    const { operand } = f(procedure, x, y);
    locals = procedure.locals;
    return [...procedure.body, { ...statement, op: 'copy', args: [operand] }];
  };
  const visit = (list: readonly Stmt[]): Stmt[] =>
    list.flatMap((statement) => {
      if (statement.kind === 'for') return [{ ...statement, body: visit(statement.body) }];
      if (statement.kind === 'if') return [{ ...statement, body: visit(statement.body), otherwise: visit(statement.otherwise) }];
      if (statement.kind !== 'let') return [statement];
      const f = functionOf(statement.op, statement.type);
      return f ? written(statement, f) : [statement];
    });
  const body = visit(kernel.body);
  return { ...kernel, body, locals };
}
