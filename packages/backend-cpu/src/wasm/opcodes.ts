import { unsigned } from './bytes.js';

/** The bytes of an instruction, without its immediate operands: https://webassembly.github.io/spec/core/appendix/index-instructions.html */
export type Instruction = readonly number[];

/** An instruction on vectors. */
export const wide = (code: number): Instruction => [0xfd, ...unsigned(code)];

/** Instructions that are one op of our language each. */
export interface Spelling {
  readonly scalar: Instruction;
  readonly vector: Instruction | null;
}

type Row = readonly [op: string, scalar: number, vector: number | null];

function table(rows: readonly Row[]): ReadonlyMap<string, Spelling> {
  return new Map(
    rows.map(([name, scalar, vector]) => [name, { scalar: [scalar], vector: vector === null ? null : wide(vector) }]),
  );
}

const F32 = table([
  ['add', 0x92, 228],
  ['sub', 0x93, 229],
  ['mul', 0x94, 230],
  ['div', 0x95, 231],
  ['min', 0x96, 232],
  ['max', 0x97, 233],
  ['abs', 0x8b, 224],
  ['neg', 0x8c, 225],
  ['sqrt', 0x91, 227],
  ['ceil', 0x8d, 103],
  ['floor', 0x8e, 104],
  ['trunc', 0x8f, 105],
  ['round', 0x90, 106],
]);

const F64 = table([
  ['add', 0xa0, 240],
  ['sub', 0xa1, 241],
  ['mul', 0xa2, 242],
  ['div', 0xa3, 243],
  ['min', 0xa4, 244],
  ['max', 0xa5, 245],
  ['abs', 0x99, 236],
  ['neg', 0x9a, 237],
  ['sqrt', 0x9f, 239],
  ['ceil', 0x9b, 116],
  ['floor', 0x9c, 117],
  ['trunc', 0x9d, 122],
  ['round', 0x9e, 148],
]);

const INTEGER: readonly Row[] = [
  ['add', 0x6a, 174],
  ['sub', 0x6b, 177],
  ['mul', 0x6c, 181],
  ['bitAnd', 0x71, 78],
  ['bitOr', 0x72, 80],
  ['bitXor', 0x73, 81],
];
const I32 = table(INTEGER);
const U32 = table(INTEGER);

/** A bool is 0 or 1, and a mask in lanes. */
const BOOL = table([
  ['and', 0x71, 78],
  ['mul', 0x71, 78],
  ['min', 0x71, 78],
  ['bitAnd', 0x71, 78],
  ['or', 0x72, 80],
  ['add', 0x72, 80],
  ['max', 0x72, 80],
  ['bitOr', 0x72, 80],
  ['bitXor', 0x73, 81],
]);

/** By the dtype of the result. */
export const OPERATIONS = { float32: F32, float64: F64, int32: I32, uint32: U32, bool: BOOL } as const;

const UNSIGNED = table([
  ['eq', 0x46, 55],
  ['ne', 0x47, 56],
  ['lt', 0x49, 58],
  ['gt', 0x4b, 60],
  ['le', 0x4d, 62],
  ['ge', 0x4f, 64],
]);

/** By the dtype of the arguments. */
export const COMPARISONS = {
  float32: table([
    ['eq', 0x5b, 65],
    ['ne', 0x5c, 66],
    ['lt', 0x5d, 67],
    ['gt', 0x5e, 68],
    ['le', 0x5f, 69],
    ['ge', 0x60, 70],
  ]),
  float64: table([
    ['eq', 0x61, 71],
    ['ne', 0x62, 72],
    ['lt', 0x63, 73],
    ['gt', 0x64, 74],
    ['le', 0x65, 75],
    ['ge', 0x66, 76],
  ]),
  int32: table([
    ['eq', 0x46, 55],
    ['ne', 0x47, 56],
    ['lt', 0x48, 57],
    ['gt', 0x4a, 59],
    ['le', 0x4c, 61],
    ['ge', 0x4e, 63],
  ]),
  uint32: UNSIGNED,
  // Unsigned, so that the mask of a bool in lanes, all ones, is greater than 0.
  bool: UNSIGNED,
} as const;
