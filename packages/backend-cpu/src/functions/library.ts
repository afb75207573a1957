import { type DType, everyStatement, type Kernel, type LetOp } from '@tapegrad/core';
import { float32 } from './float32/functions.js';
import type { FunctionOf, Functions } from './tools.js';

/** Functions that have a form in statements, by op. Those of float64 are loaded when they are needed: most pages never need them. */
let float64: Functions | null = null;

/** The form of a function in statements; undefined for what processors have. Throws for a function that has not been loaded. */
export function functionOf(op: LetOp, type: DType): FunctionOf | undefined {
  if (type === 'float32') return float32[op];
  if (!isOfFloat64(op, type)) return undefined;
  if (!float64) throw new Error(`${op}: the functions of float64 have not been loaded.`);
  return float64[op];
}

/** Loads the functions of float64. Undefined where they are there. */
export function loadFloat64(): Promise<void> | undefined {
  if (float64) return undefined;
  return import('./float64/functions.js').then((functions) => {
    float64 = functions.float64;
  });
}

/** Loads the functions that some kernels call. Undefined where they are there. */
export function loadFunctions(kernels: readonly Kernel[]): Promise<void> | undefined {
  return float64 || !kernels.some(callsFloat64) ? undefined : loadFloat64();
}

function callsFloat64({ body }: Kernel): boolean {
  let calls = false;
  everyStatement(body, (statement) => {
    calls ||= statement.kind === 'let' && isOfFloat64(statement.op, statement.type);
  });
  return calls;
}

/** Both dtypes have the same functions. */
function isOfFloat64(op: LetOp, type: DType): boolean {
  return type === 'float64' && Object.hasOwn(float32, op);
}
