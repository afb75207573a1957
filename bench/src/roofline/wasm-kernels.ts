import { Code } from '../../../packages/backend-cpu/src/wasm/code.js';
import { WebAssembly } from '../../../packages/backend-cpu/src/wasm/host.js';
import { HOST, moduleBytes, type WasmFunction } from '../../../packages/backend-cpu/src/wasm/module.js';
import * as op from '../../../packages/backend-cpu/src/wasm/op.js';
import { OPERATIONS } from '../../../packages/backend-cpu/src/wasm/opcodes.js';
import * as simd from '../../../packages/backend-cpu/src/wasm/simd.js';
import { type Kernels, LARGEST } from './kernels.js';

const PAGE = 65_536;
const VECTOR = 16;
/** Vectors a round of a mover, so that its counting is small beside its moving. */
const UNROLLED = 8;
/**
 * Registers in work at once: enough that the next can begin in every cycle while one waits for its sum, and with two constants no more than
 * the sixteen there are.
 */
const ACCUMULATORS = 12;

const add = OPERATIONS.float32.get('add')!.vector!;
const mul = OPERATIONS.float32.get('mul')!.vector!;

/** WebAssembly with vectors of 128 bits, on one thread. */
export function wasmKernels(): Kernels {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(LARGEST / PAGE) });
  const module = new WebAssembly.Module(moduleBytes([], [multiplyAdd(), mover('read', 1), mover('copy', 2), mover('triad', 3)]));
  const { exports } = new WebAssembly.Instance(module, { [HOST]: { memory } });
  const moverOf = (name: string, arrays: number) => (bytes: number) => {
    const each = bytes - (bytes % (arrays * VECTOR * UNROLLED));
    exports[name]!(each / arrays);
    return each;
  };
  return {
    arithmetic: '128-bit multiplications and additions of float32',
    multiplyAdd(rounds) {
      exports.multiplyAdd!(rounds);
      return rounds * ACCUMULATORS * 2 * 4;
    },
    movers: [moverOf('read', 1), moverOf('copy', 2), moverOf('triad', 3)],
  };
}

/** For each of `rounds`, the parameter: a ← a·m + c in all accumulators. */
function multiplyAdd(): WasmFunction {
  const code = new Code();
  const [m, c, first] = [1, 2, 3];
  code.splat(0.5, 'f32');
  code.set(m);
  code.splat(1, 'f32');
  code.set(c);
  code.loop(() => {
    for (let i = 0; i < ACCUMULATORS; i++) {
      code.get(first + i);
      code.get(m);
      code.write(mul);
      code.get(c);
      code.write(add);
      code.set(first + i);
    }
    code.get(0);
    code.i32(1);
    code.write(op.i32Sub);
    code.tee(0);
    code.branchIf(0);
  });
  // What nobody reads is not computed.
  code.i32(0);
  code.get(first);
  for (let i = 1; i < ACCUMULATORS; i++) {
    code.get(first + i);
    code.write(add);
  }
  code.memory(simd.store, 4, 0);
  return functionOf('multiplyAdd', Array<'v128'>(2 + ACCUMULATORS).fill('v128'), code);
}

/** Goes through as many arrays, one after another in memory, of so many bytes, the parameter: sums one; copies the second to the first; or a ← b + s·c. */
function mover(name: string, arrays: number): WasmFunction {
  const code = new Code();
  const [length, at, scale, total] = [0, 1, 2, 3];
  /** The address of the array's vector at `at`. */
  const address = (array: number): void => {
    code.get(at);
    for (let i = 0; i < array; i++) {
      code.get(length);
      code.write(op.i32Add);
    }
  };
  const load = (array: number, offset: number): void => {
    address(array);
    code.memory(simd.load, 4, offset);
  };
  code.splat(0.5, 'f32');
  code.set(scale);
  code.loop(() => {
    for (let i = 0; i < UNROLLED; i++) {
      const offset = i * VECTOR;
      if (arrays === 1) {
        load(0, offset);
        code.get(total + i);
        code.write(add);
        code.set(total + i);
        continue;
      }
      address(0);
      load(1, offset);
      if (arrays === 3) {
        load(2, offset);
        code.get(scale);
        code.write(mul, add);
      }
      code.memory(simd.store, 4, offset);
    }
    code.get(at);
    code.i32(UNROLLED * VECTOR);
    code.write(op.i32Add);
    code.tee(at);
    code.get(length);
    code.write(op.i32LtU);
    code.branchIf(0);
  });
  if (arrays === 1) {
    code.i32(0);
    code.get(total);
    for (let i = 1; i < UNROLLED; i++) {
      code.get(total + i);
      code.write(add);
    }
    code.memory(simd.store, 4, 0);
  }
  return functionOf(name, ['i32', ...Array<'v128'>(1 + UNROLLED).fill('v128')], code);
}

function functionOf(name: string, locals: WasmFunction['locals'], { bytes, calls }: Code): WasmFunction {
  return { name, type: { parameters: ['i32'], results: [] }, locals, code: bytes, calls, exported: true };
}
