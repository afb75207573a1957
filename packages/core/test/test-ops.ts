import { add, mul, type Unary, unary } from '../src/primitives/forms.js';

/** A few pointwise ops, enough to differentiate compositions of them to any order. */
export const sin: Unary = unary('sin', { partial: (_y, x) => cos(x), lower: (x) => x.sin() });
export const cos: Unary = unary('cos', { partial: (_y, x) => mul(-1, sin(x)), lower: (x) => x.cos() });
export const exp: Unary = unary('exp', { partial: (y) => y, lower: (x) => x.exp() });
export const tanh: Unary = unary('tanh', { partial: (y) => add(1, mul(-1, mul(y, y))), lower: (x) => x.tanh() });
