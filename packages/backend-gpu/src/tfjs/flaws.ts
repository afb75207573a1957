import type { Call, Type } from './calls.js';
import type { Device } from './device.js';

/** What is tried on a device before its kernels are relied on: is there NaN where an operand is? */
type Trials = 'NaN in Maximum' | 'NaN in Minimum' | 'NaN in Max' | 'NaN in Min' | 'NaN in Sign';
/** What a device may get wrong. */
export type Tried = Trials | 'Transpose of int32' | 'Sum of int32' | 'Cast to float32';

/**
 * What must not be tried. On WebGPU the shaders of int32 that turn axes round, in reductions too, do not compile, and are kept for float32 as
 * well: one of them would spoil both. A cast to float32 keeps the memory of its operand, which such shaders then take for whole numbers.
 */
const KNOWN: Readonly<Record<string, readonly Tried[]>> = {
  webgpu: ['Transpose of int32', 'Sum of int32', 'Cast to float32'],
};

/** A call of one kernel, and what must come of it. */
interface Trial extends Pick<Call, 'kernel' | 'attributes'> {
  readonly operands: Readonly<Record<string, Float32Array>>;
  readonly wanted: readonly number[];
}

const PAIR: Type = { shape: [2], dtype: 'float32' };
const NAN_FIRST = Float32Array.of(NaN, 1);
const NAN_LAST = Float32Array.of(1, NaN);

const TRIALS: Readonly<Record<Trials, Trial>> = {
  'NaN in Maximum': pair('Maximum'),
  'NaN in Minimum': pair('Minimum'),
  'NaN in Max': alone('Max', { reductionIndices: [0], keepDims: false }, [NaN]),
  'NaN in Min': alone('Min', { axis: [0], keepDims: false }, [NaN]),
  'NaN in Sign': alone('Sign', {}, [NaN, 1]),
};

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
  const tensors = Object.values(operands).map((values) => device.tensor(values, PAIR));
  const named = Object.keys(operands).map((name, i) => [name, i] as const);
  const call: Call = { kind: 'call', kernel, attributes, operands: named, result: 0, makes: tensors.length };
  const made = device.call(call, (i) => tensors[i]!);
  const values = await made.data();
  for (const tensor of [...tensors, made]) tensor.dispose();
  return wanted.every((value, i) => Object.is(value, values[i]));
}
