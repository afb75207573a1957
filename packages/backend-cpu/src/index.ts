export { type JsOptions, js } from './js/backend.js';
export { runnerOf } from './js/run-kernel.js';
export { type WasmOptions, wasm } from './wasm/backend.js';
