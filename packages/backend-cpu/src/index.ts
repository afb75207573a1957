export { type JsOptions, js } from './js/backend.js';
