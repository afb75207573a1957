import type { Call, Type } from './calls.js';
import type { Device } from './device.js';

const PAIR: Type = { shape: [2], dtype: 'float32' };

/** Kernels whose result must be NaN where an operand is, and that forget it on some backends; all are asked for a NaN beside a 1. */
const ASKED: readonly Pick<Call, 'kernel' | 'operands' | 'attributes'>[] = [
  { kernel: 'Maximum', operands: both(), attributes: {} },
  { kernel: 'Minimum', operands: both(), attributes: {} },
  { kernel: 'Max', operands: [['x', 0]], attributes: { reductionIndices: [0], keepDims: false } },
  { kernel: 'Min', operands: [['x', 0]], attributes: { axis: [0], keepDims: false } },
  { kernel: 'Sign', operands: [['x', 0]], attributes: {} },
];

function both(): Call['operands'] {
  return [
    ['a', 0],
    ['b', 1],
  ];
}

/** The kernels that forget NaN on a device, found by trying. */
export async function carelessKernels(device: Device): Promise<ReadonlySet<string>> {
  device.enter();
  const tensors = [Float32Array.of(NaN, 1), Float32Array.of(1, NaN)].map((values) => device.tensor(values, PAIR));
  const results = ASKED.filter(({ kernel }) => device.hasKernel(kernel)).map((asked) => {
    const made = device.call({ ...asked, kind: 'call', result: 0, makes: 0 }, (id) => tensors[id]!);
    return { kernel: asked.kernel, made, wanted: asked.kernel === 'Sign' ? [0] : null };
  });
  const careless = new Set<string>();
  for (const { kernel, made, wanted } of results) {
    const values = await made.data();
    if ((wanted ?? [...values.keys()]).some((i) => !Number.isNaN(values[i]))) careless.add(kernel);
    made.dispose();
  }
  for (const tensor of tensors) tensor.dispose();
  return careless;
}
