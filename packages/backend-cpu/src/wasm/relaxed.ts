import { BackendError } from '@tapegrad/core';
import { Code } from './code.js';
import { WebAssembly } from './host.js';
import { moduleBytes } from './module.js';
import * as op from './op.js';
import * as simd from './simd.js';

/** A module with one of the instructions in question. */
function sample(): Uint8Array {
  const code = new Code();
  for (let i = 0; i < 3; i++) code.splat(0, 'f32');
  code.write(simd.f32Madd, op.drop);
  const type = { parameters: [], results: [] };
  return moduleBytes([], [{ name: 'sample', type, locals: [], code: code.bytes, calls: [], exported: false }]);
}

/** Throws `BackendError` where the host does not know products and sums in one instruction. */
export function requireRelaxed(): void {
  if (WebAssembly.validate(sample())) return;
  throw new BackendError(
    'wasm: relaxed asks for relaxed SIMD, which this host does not know. Node 22 and Chrome 114 do; in Node 20, start it with --experimental-wasm-relaxed-simd, or call v8.setFlagsFromString with that first.',
  );
}
