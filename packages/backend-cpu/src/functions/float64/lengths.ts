import type { FunctionOf } from '../tools.js';
import { literal } from './tools.js';

/** √(x² + y²), of sizes whose squares neither overflow nor vanish; ∞ where one is infinite, whatever the other. */
export const hypot: FunctionOf = (p, x, y) => {
  const [a, b] = [x.apply('abs'), y.apply('abs')];
  const isGreat = a.apply('greater', b).gt(2 ** 500);
  const isSmall = a.apply('greater', b).lt(2 ** -400);
  const scale = isGreat.select(literal(p, 2 ** -600), isSmall.select(literal(p, 2 ** 600), 1));
  const back = isGreat.select(literal(p, 2 ** 600), isSmall.select(literal(p, 2 ** -600), 1));
  const [c, d] = [a.mul(scale), b.mul(scale)];
  const length = c.mul(c).add(d.mul(d)).sqrt().mul(back);
  return a.eq(Infinity).or(b.eq(Infinity)).select(literal(p, Infinity), length);
};
