import type { Call } from './calls.js';
import type { Device } from './device.js';

/** What is tried on a device before its kernels are relied on: is there NaN where an operand is? */
type Trials = 'NaN in Maximum' | 'NaN in Minimum' | 'NaN in Max' | 'NaN in Min' | 'NaN in Sign' | 'NaN in relu';
/** What a device may get wrong, or do so slowly that another way is taken. */
export type Tried =
  | Trials
  | 'Transpose of int32'
  | 'Sum of int32'
  | 'Cast to float32'
  | 'Transposes in BatchMatMul'
  | 'Broadcasting but in arithmetic'
  | '_FusedMatMul';

/**
 * What must not be tried, or would take long to find. On WebGPU the shaders of int32 that turn axes round, in reductions too, do not compile,
 * and are kept for float32 as well: one of them would spoil both. A cast to float32 keeps the memory of its operand, which such shaders then
 * take for whole numbers. On WebAssembly a product of transposes takes ten times as long as the transpose and the product, and kernels other
 * than those of arithmetic seventy times as long to broadcast as on operands of one shape; a bias it asks for the shape in which its memory was
 * made.
 */
const KNOWN: Readonly<Record<string, readonly Tried[]>> = {
  wasm: ['Transposes in BatchMatMul', 'Broadcasting but in arithmetic', '_FusedMatMul'],
  webgpu: ['Transpose of int32', 'Sum of int32', 'Cast to float32'],
};

interface Operand {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** A call of one kernel, and what must come of it. */
interface Trial extends Pick<Call, 'kernel' | 'attributes'> {
  readonly operands: Readonly<Record<string, Operand>>;
  readonly wanted: readonly number[];
}

const NAN_FIRST: Operand = { values: Float32Array.of(NaN, 1), shape: [2] };
const NAN_LAST: Operand = { values: Float32Array.of(1, NaN), shape: [2] };

const TRIALS: Readonly<Record<Trials, Trial>> = {
  'NaN in Maximum': pair('Maximum'),
  'NaN in Minimum': pair('Minimum'),
  'NaN in Max': alone('Max', { reductionIndices: [0], keepDims: false }, [NaN]),
  'NaN in Min': alone('Min', { axis: [0], keepDims: false }, [NaN]),
  'NaN in Sign': alone('Sign', {}, [NaN, 1]),
  'NaN in relu': {
    kernel: '_FusedMatMul',
    attributes: { transposeA: false, transposeB: false, activation: 'relu' },
    operands: { a: { ...NAN_FIRST, shape: [1, 2, 1] }, b: one([1, 1, 1]), bias: one([1]) },
    wanted: [NaN, 2],
  },
};

function one(shape: readonly number[]): Operand {
  return { values: Float32Array.of(1), shape };
}

function pair(kernel: string): Trial {
  return { kernel, attributes: {}, operands: { a: NAN_FIRST, b: NAN_LAST }, wanted: [NaN, NaN] };
}

function alone(kernel: string, attributes: Call['attributes'], wanted: readonly number[]): Trial {
  return { kernel, attributes, operands: { x: NAN_FIRST }, wanted };
}

/** What a device gets wrong. */
export async function findFlaws(device: Device): Promise<ReadonlySet<Tried>> {
  const trials = Object.entries(TRIALS) as [Trials, Trial][];
  const known = trials.filter(([, { kernel }]) => device.hasKernel(kernel));
  const succeeded = await Promise.all(known.map(([, trial]) => succeeds(device, trial)));
  return new Set([...known.flatMap(([tried], i) => (succeeded[i] ? [] : [tried])), ...(KNOWN[device.name] ?? [])]);
}

async function succeeds(device: Device, { kernel, attributes, operands, wanted }: Trial): Promise<boolean> {
  device.enter();
  const tensors = Object.values(operands).map(({ values, shape }) => device.tensor(values, { shape, dtype: 'float32' }));
  const named = Object.keys(operands).map((name, i) => [name, i] as const);
  const made = device.call({ kernel, attributes, operands: named, result: 0 }, (i) => tensors[i]!);
  const values = await made.data();
  for (const tensor of [...tensors, made]) tensor.dispose();
  return wanted.every((value, i) => Object.is(value, values[i]));
}
