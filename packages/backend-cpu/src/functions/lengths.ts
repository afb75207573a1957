import type { FunctionOf } from './tools.js';

/** Sizes of a dtype between which squares neither overflow nor vanish, and what brings all others there, by times or divided. */
interface Middling {
  readonly least: number;
  readonly most: number;
  readonly scale: number;
}

/** √(x² + y²), of sizes that are first made middling; ∞ where one is infinite, whatever the other. */
export function hypotBy({ least, most, scale }: Middling): FunctionOf {
  return (p, x, y) => {
    const literal = (value: number) => p.literal(value, x.type);
    const [a, b] = [x.apply('abs'), y.apply('abs')];
    const greater = a.apply('greater', b);
    const isGreat = greater.gt(most);
    const isSmall = greater.lt(least);
    const there = isGreat.select(literal(1 / scale), isSmall.select(literal(scale), 1));
    const back = isGreat.select(literal(scale), isSmall.select(literal(1 / scale), 1));
    const [c, d] = [a.mul(there), b.mul(there)];
    const length = c.mul(c).add(d.mul(d)).sqrt().mul(back);
    return a.eq(Infinity).or(b.eq(Infinity)).select(literal(Infinity), length);
  };
}
