export { type JsOptions, js } from './js/backend.js';
export { type WasmOptions, wasm } from './wasm/backend.js';
