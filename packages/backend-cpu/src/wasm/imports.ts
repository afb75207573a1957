import { type DType, isFloat, type LetOp, scalarFunction } from '@tapegrad/core';
import type { ImportedFunction } from './module.js';

/** Of floats: functions of huge angles, which take as many digits as these have. */
const OF_FLOATS: ReadonlySet<LetOp> = new Set<LetOp>(['sin', 'cos', 'tan']);

/** The name of the host's function for an op with a result of this dtype; null where WebAssembly has what it takes. */
export function hostFunctionOf(op: LetOp, type: DType): string | null {
  if (isFloat(type)) return OF_FLOATS.has(op) ? op : null;
  if (op !== 'pow') return null;
  return type === 'int32' ? 'integerPower' : 'integerPowerUnsigned';
}

const integerPower = scalarFunction('pow', 'int32', ['int32', 'int32']);
const unsignedPower = scalarFunction('pow', 'uint32', ['uint32', 'uint32']);

type HostFunction = (...args: number[]) => number;

/** What modules may ask of the host: functions that WebAssembly lacks, as this language defines them. */
export const hostFunctions: Readonly<Record<string, HostFunction>> = {
  ...Object.fromEntries([...OF_FLOATS].map((op) => [op, scalarFunction(op, 'float64', ['float64'])])),
  integerPower,
  integerPowerUnsigned: (x, y) => unsignedPower(x! >>> 0, y! >>> 0),
};

/**
 * The name of an op of floats as the language defines it, for kernels of which all bits are to be those of the interpreter: `log float32`. In
 * others, statements have taken the place of what is not an instruction or one of `hostFunctions`.
 */
export function definitionOf(op: LetOp, type: DType): string {
  return `${op} ${type}`;
}

/** What kernels may ask of the host by these names. */
export function functionsOf(names: Iterable<string>): Readonly<Record<string, HostFunction>> {
  return Object.fromEntries([...names].map((name) => [name, hostFunctions[name] ?? defined(name)]));
}

function defined(name: string): HostFunction {
  const [op, type] = name.split(' ') as [LetOp, DType];
  return scalarFunction(op, type, []);
}

/** Does every thread have this function, by the same name in `Math`? */
export function isInMath(name: string): boolean {
  return hostFunctions[name] === (Math as unknown as Readonly<Record<string, unknown>>)[name];
}

/** The declarations of these, by name. */
export function importsOf(names: Iterable<string>): ImportedFunction[] {
  return [...names].map((name) => {
    if (name.startsWith('integerPower')) return { name, type: { parameters: ['i32', 'i32'], results: ['i32'] } };
    const count = name in hostFunctions ? 1 : defined(name).length;
    return { name, type: { parameters: new Array<'f64'>(count).fill('f64'), results: ['f64'] } };
  });
}
