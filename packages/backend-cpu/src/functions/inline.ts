import { type Kernel, type LetOp, type KernelOperand as Operand, Procedure, type Stmt, Value } from '@tapegrad/core';
import { erf, erfc } from './errors.js';
import { cosh, exp, exp2, expm1, sinh, tanh } from './exponentials.js';
import { acosh, asinh, atanh, log, log1p, log2, log10, pow } from './logarithms.js';
import type { FunctionOf } from './tools.js';
import { acos, asin, atan, cos, sin, tan } from './trigonometry.js';

/** Functions of float32 that have a form in statements, by op. */
export const FUNCTIONS: { readonly [op in LetOp]?: FunctionOf } = {
  exp,
  expm1,
  exp2,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
  pow,
};

/** Puts statements in the place of the functions of float32 that processors lack. */
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
      const f = statement.kind === 'let' && statement.type === 'float32' ? FUNCTIONS[statement.op] : undefined;
      return f ? written(statement as Extract<Stmt, { kind: 'let' }>, f) : [statement];
    });
  const body = visit(kernel.body);
  return { ...kernel, body, locals };
}
