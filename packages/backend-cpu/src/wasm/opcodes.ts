import { unsigned } from './bytes.js';

/** The bytes of an instruction, without its immediate operands: https://webassembly.github.io/spec/core/appendix/index-instructions.html */
export type Instruction = readonly number[];

const wide = (code: number): Instruction => [0xfd, ...unsigned(code)];

/** Instructions on single numbers and on memory. */
export const op = {
  unreachable: [0x00],
  end: [0x0b],
  return: [0x0f],
  drop: [0x1a],
  select: [0x1b],
  i32Load: [0x28],
  f32Load: [0x2a],
  f64Load: [0x2b],
  i32Load8: [0x2d],
  i32Store: [0x36],
  f32Store: [0x38],
  f64Store: [0x39],
  i32Store8: [0x3a],
  i32Eqz: [0x45],
  i32Eq: [0x46],
  i32Ne: [0x47],
  i32LtS: [0x48],
  i32LtU: [0x49],
  i32GtS: [0x4a],
  i32GtU: [0x4b],
  i32LeS: [0x4c],
  i32LeU: [0x4d],
  i32GeS: [0x4e],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32DivS: [0x6d],
  i32DivU: [0x6e],
  i32RemS: [0x6f],
  i32RemU: [0x70],
  i32And: [0x71],
  i32Or: [0x72],
  i32Xor: [0x73],
  i32Shl: [0x74],
  i32ShrS: [0x75],
  i32ShrU: [0x76],
  i64Eq: [0x51],
  i64Add: [0x7c],
  i64Mul: [0x7e],
  i64Or: [0x84],
  i64Shl: [0x86],
  i64ShrU: [0x88],
  f32Ne: [0x5c],
  f32Lt: [0x5d],
  f32Gt: [0x5e],
  f32Ge: [0x60],
  f64Ne: [0x62],
  f64Gt: [0x64],
  f32Abs: [0x8b],
  f64Abs: [0x99],
  f32Copysign: [0x98],
  f64Copysign: [0xa6],
  i32FromI64: [0xa7],
  i64FromU32: [0xad],
  f32FromI32: [0xb2],
  f32FromU32: [0xb3],
  f32FromF64: [0xb6],
  f64FromI32: [0xb7],
  f64FromU32: [0xb8],
  f64FromF32: [0xbb],
  bitsOfF32: [0xbc],
  bitsOfF64: [0xbd],
  f32OfBits: [0xbe],
  f64OfBits: [0xbf],
  i32FromF32: [0xfc, 0],
  u32FromF32: [0xfc, 1],
  i32FromF64: [0xfc, 2],
  u32FromF64: [0xfc, 3],
  memoryCopy: [0xfc, 10, 0, 0],
  memoryFill: [0xfc, 11, 0],
} as const satisfies Record<string, Instruction>;

/** Instructions on words that several threads see: https://webassembly.github.io/threads/core/binary/instructions.html */
export const atomic = {
  load: [0xfe, 0x10],
  load64: [0xfe, 0x11],
  exchange64: [0xfe, 0x49],
} as const satisfies Record<string, Instruction>;

/** Instructions on vectors of 128 bits. */
export const simd = {
  load: wide(0),
  load32Splat: wide(9),
  load64Splat: wide(10),
  store: wide(11),
  constant: wide(12),
  shuffle: wide(13),
  i32Splat: wide(17),
  f32Splat: wide(19),
  f64Splat: wide(20),
  i32Extract: wide(27),
  i32Replace: wide(28),
  f32Extract: wide(31),
  f32Replace: wide(32),
  f64Extract: wide(33),
  f64Replace: wide(34),
  i32Ne: wide(56),
  f32Ne: wide(66),
  f32Lt: wide(67),
  f32Gt: wide(68),
  f32Ge: wide(70),
  f64Ne: wide(72),
  f64Gt: wide(74),
  not: wide(77),
  and: wide(78),
  andNot: wide(79),
  or: wide(80),
  xor: wide(81),
  bitselect: wide(82),
  anyTrue: wide(83),
  store32Lane: wide(90),
  load32Lane: wide(86),
  load32Zero: wide(92),
  load64Zero: wide(93),
  f32FromF64: wide(94),
  f64FromF32: wide(95),
  i8NarrowI16: wide(102),
  i16NarrowI32: wide(134),
  i16WidenI8: wide(137),
  i32WidenI16: wide(169),
  i32Abs: wide(160),
  i32Neg: wide(161),
  i32Add: wide(174),
  i32Shl: wide(171),
  i32ShrS: wide(172),
  i32ShrU: wide(173),
  i64WidenLowI32: wide(199),
  i64WidenHighI32: wide(200),
  i64MulLowU32: wide(222),
  i64MulHighU32: wide(223),
  f32Abs: wide(224),
  f32Add: wide(228),
  f32Lesser: wide(234),
  f32Greater: wide(235),
  f64Add: wide(240),
  f64Lesser: wide(246),
  f64Greater: wide(247),
  f64Abs: wide(236),
  i32FromF32: wide(248),
  u32FromF32: wide(249),
  f32FromI32: wide(250),
  f32FromU32: wide(251),
  i32FromF64: wide(252),
  u32FromF64: wide(253),
  f64FromI32: wide(254),
  f64FromU32: wide(255),
  f32Madd: wide(261),
  f32Nmadd: wide(262),
} as const satisfies Record<string, Instruction>;

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
