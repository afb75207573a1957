import { GPU } from 'gpu.js';
import { add, Graph, TapeMachine } from 'tapegrad';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gpujs } from '../src/index.js';

/** What a kernel of gpu.js says of itself. */
interface Inside {
  readonly constructor: { readonly name: string; readonly mode: string };
  readonly compiledFragmentShader?: string;
  readonly fallbackRequested?: boolean;
  readonly context?: object;
}

/** An instance of gpu.js in JavaScript that passes for one on a GPU, with kernels that tell of themselves what is said here. */
function passingFor(Kernel: object, inside?: Inside): object {
  const real = new GPU({ mode: 'cpu' });
  const createKernel = (source: string, settings: object) => {
    const kernel = real.createKernel(source as never, settings) as unknown as (...values: unknown[]) => unknown;
    return Object.assign((...values: unknown[]) => kernel(...values), { kernel: inside ?? { constructor: {} } });
  };
  return { Kernel, createKernel, destroy: async () => {} };
}

const WEBGL = { name: 'WebGL2Kernel', mode: 'gpu', features: { isFloatRead: true } };

function compile(options: Parameters<typeof gpujs>[0], length = 2) {
  const graph = new Graph();
  const machine = new TapeMachine(graph, { backend: gpujs(options) });
  const program = machine.compile({ y: add(graph.input('x', [length]), 1) });
  return { machine, program };
}

afterEach(() => {
  vi.doUnmock('gpu.js');
});

describe('gpujs refuses', () => {
  it('to run without gpu.js', async () => {
    vi.doMock('gpu.js', () => {
      throw new Error('Cannot find package');
    });
    await expect(compile({}).program).rejects.toThrow('gpujs: gpu.js is not installed. Install it: npm install gpu.js');
  });

  it('kinds of kernels that it does not know', async () => {
    const gpu = passingFor({ name: 'WebAssemblyKernel', mode: 'webassembly' });
    await expect(compile({ gpu, allowCpu: true }).program).rejects.toThrow(
      'gpujs: kernels of the kind WebAssemblyKernel are not supported. Use the modes webgl2, webgl, headlessgl or cpu.',
    );
  });

  it('a GPU that rounds what it gives back', async () => {
    const gpu = passingFor({ ...WEBGL, features: { isFloatRead: false } });
    await expect(compile({ gpu }).program).rejects.toThrow('gpujs: this GPU does not give float32 back. Choose another backend.');
  });

  it.each([
    ['which is one of another kind', { constructor: { name: 'CPUKernel', mode: 'cpu' } }],
    [
      'which has fallen back',
      { constructor: { name: 'CPUKernel', mode: 'gpu' }, compiledFragmentShader: '', fallbackRequested: true },
    ],
  ])('a kernel that gpu.js has run elsewhere, %s', async (_, inside) => {
    await expect(compile({ gpu: passingFor(WEBGL, inside) }).program).rejects.toThrow(
      'gpujs: gpu.js ran a kernel as CPUKernel, not on a GPU. Allow it with gpujs({ allowCpu: true }).',
    );
  });

  it('buffers whose positions float32 does not count', async () => {
    await expect(compile({ mode: 'cpu', allowCpu: true }, 2 ** 24 + 1).program).rejects.toThrow(
      'gpujs: a buffer has 16777217 elements; positions are float32 on the GPU, exact up to 16777216. Split it, or choose another backend.',
    );
  });
});

it('tells of the GPU, and fails when it is lost', async () => {
  let lost = false;
  const context = {
    RENDERER: 1,
    getExtension: () => null,
    getParameter: () => 'a GPU',
    isContextLost: () => lost,
  };
  const inside = { constructor: { name: 'WebGL2Kernel', mode: 'gpu' }, compiledFragmentShader: 'void main', context };
  const { machine, program } = compile({ gpu: passingFor(WEBGL, inside) });
  const y = await program;
  expect(machine.device).toBe('WebGL2Kernel on a GPU');
  expect((await y.run({ x: [1, 2] })).y.toArray()).toEqual([2, 3]);
  lost = true;
  await expect(y.run({ x: [1, 2] })).rejects.toThrow(
    'gpujs: the GPU was lost. Make a new TapeMachine, and load saved state there.',
  );
});
