import { arrayOf, BackendError, type Kernel, type KernelRunner, prepare } from '@tapegrad/core';
import { compileKernel } from './compile.js';

/**
 * A kernel as a function of its buffers, as generated JavaScript; interpreted, which takes ten times as long, where the page's policy forbids
 * that. Both give the same bits. For backends that compute something in this process.
 *
 * @example
 * const p = new Procedure();
 * p.store(1, p.literal(0), p.load(0, 'float64', p.literal(2)));
 * const kernel = kernelOfProcedure(p, [
 *   { dtype: 'float64', length: 3, access: 'read' },
 *   { dtype: 'float64', length: 1, access: 'write' },
 * ]);
 * const result = new Float64Array(1);
 * runnerOf(kernel)([Float64Array.of(5, 6, 7), result]);
 * console.log(result[0]); // 7
 */
export function runnerOf(kernel: Kernel): KernelRunner {
  try {
    const { run } = compileKernel(kernel);
    const panels = kernel.panels.map(({ dtype, length }) => arrayOf(dtype, length));
    return (arrays) => run(...arrays, ...panels);
  } catch (error) {
    if (error instanceof BackendError) return prepare(kernel);
    throw error;
  }
}
