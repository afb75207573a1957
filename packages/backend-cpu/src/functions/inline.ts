import { type Kernel, type KernelOperand as Operand, Procedure, type Stmt, Value } from '@tapegrad/core';
import { float32 } from './float32/functions.js';
import { float64 } from './float64/functions.js';
import type { FunctionOf } from './tools.js';

/** Functions that have a form in statements, by dtype and op. */
export const FUNCTIONS = { float32, float64 } as const;

/** Puts statements in the place of the functions that processors lack. */
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
      if (statement.kind !== 'let' || (statement.type !== 'float32' && statement.type !== 'float64')) return [statement];
      const f = FUNCTIONS[statement.type][statement.op];
      return f ? written(statement, f) : [statement];
    });
  const body = visit(kernel.body);
  return { ...kernel, body, locals };
}
