import type { Kernel } from '@tapegrad/core';
import { inlineFunctions } from '../functions/inline.js';
import { type Arithmetic, type PrintedKernel, printKernel } from './print.js';
import type { Division } from './threads/division.js';

/** The most kernels that are kept for programs to come. */
const KEPT = 4096;
const kernels = new Map<string, Kernel>();
const printed = new WeakMap<Kernel, Map<string, PrintedKernel>>();

/** Kernels with equal names are equal. A fill knows how long its buffer is. */
function keyOf({ key, body, buffers }: Kernel): string {
  const filled = body.flatMap((statement) => (statement.kind === 'fill' ? [buffers[statement.buffer]?.length] : []));
  return `${filled.join()}\n${key}`;
}

/** A kernel with statements in the place of functions that processors lack: the same one for equal kernels. */
export function prepared(kernel: Kernel): Kernel {
  const key = keyOf(kernel);
  let known = kernels.get(key);
  if (!known) {
    known = inlineFunctions(kernel);
    if (kernels.size >= KEPT) kernels.delete(kernels.keys().next().value!);
    kernels.set(key, known);
    printed.set(known, new Map());
  }
  return known;
}

/** What a prepared kernel is as WebAssembly, whole or in parts: printed once. */
export function printedOnce(kernel: Kernel, arithmetic: Arithmetic, division: Division | null): PrintedKernel {
  const forms = printed.get(kernel)!;
  const key = `${arithmetic.subnormals} ${arithmetic.relaxed} ${division?.parts ?? 1}`;
  let form = forms.get(key);
  if (!form) {
    form = printKernel(kernel, arithmetic, division);
    forms.set(key, form);
  }
  return form;
}
