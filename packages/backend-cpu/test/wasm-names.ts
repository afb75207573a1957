import * as atomic from '../src/wasm/atomic.js';
import * as op from '../src/wasm/op.js';
import { COMPARISONS, type Instruction, OPERATIONS, type Spelling } from '../src/wasm/opcodes.js';
import * as simd from '../src/wasm/simd.js';

const SHAPES = { i8: 'i8x16', i16: 'i16x8', i32: 'i32x4', i64: 'i64x2', f32: 'f32x4', f64: 'f64x2', u32: 'u32x4' } as const;
const SCALARS = { uint32: 'i32', int32: 'i32', float64: 'f64', float32: 'f32' } as const;
const TYPES = ['uint32', 'int32', 'float64', 'float32'] as const;

export function keyOf(instruction: Instruction): string {
  return instruction.join();
}

/** i32LtS as i32.lt_s, and of vectors as i32x4.lt_s. */
function spelled(name: string, vector: boolean): string {
  const [, type, rest] = /^(i8|i16|i32|i64|u32|f32|f64)(.+)$/.exec(name) ?? [];
  const words = (text: string): string => text.replace(/(?!^)([A-Z][a-z]*)/g, '_$1').toLowerCase();
  if (!type) return vector ? `v128.${words(name)}` : words(name).replace('_', '.');
  return `${vector ? SHAPES[type as keyof typeof SHAPES] : type}.${words(rest!)}`;
}

const ORDERINGS: ReadonlySet<string> = new Set(['lt', 'gt', 'le', 'ge']);
const SIGNS: { readonly [type: string]: string } = { int32: '_s', uint32: '_u' };

function tabled(type: keyof typeof SCALARS, table: ReadonlyMap<string, Spelling>): (readonly [string, string])[] {
  const scalar = SCALARS[type];
  return [...table].flatMap(([name, { scalar: single, vector }]) => {
    const sign = ORDERINGS.has(name) ? (SIGNS[type] ?? '') : '';
    const one = [keyOf(single), `${scalar}.${name}${sign}`] as const;
    return vector ? [one, [keyOf(vector), `${SHAPES[scalar]}.${name}${sign}`] as const] : [one];
  });
}

/** Names of instructions by their bytes, in the manner of the text format: those of ours that take no immediate operands, or some. */
export const NAMES: ReadonlyMap<string, string> = new Map([
  ...TYPES.flatMap((type) => [...tabled(type, COMPARISONS[type]), ...tabled(type, OPERATIONS[type])]),
  ...Object.entries(op).map(([name, instruction]) => [keyOf(instruction), spelled(name, false)] as const),
  ...Object.entries(simd).map(([name, instruction]) => [keyOf(instruction), spelled(name, true)] as const),
  ...Object.entries(atomic).map(([name, instruction]) => [keyOf(instruction), `atomic.${name}`] as const),
]);
