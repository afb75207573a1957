export { type JsOptions, js } from './js/backend.js';
export { wasm } from './wasm/backend.js';
