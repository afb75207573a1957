import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomialInPairs } from '../tools.js';

/** Of (atan t − t)/t³ by powers of t², for t from 0 to 1: the error is below 2^-25 of atan t. */
const ATAN = [
  0.00292141313952, -0.0163709189409, 0.0432169349777, -0.0755266626104, 0.10666230003, -0.142111170783, 0.199937812246,
  -0.333331531533,
];
/** What π/2 is more than its float. */
const HALF_PI_LOW = -4.371139000186241e-8;

/** A direction by the smaller of its two sizes divided by the greater: is that the height that is greater, and does it point back? */
interface Direction {
  readonly t: Value;
  readonly isSteep: Value;
  readonly isBehind?: Value;
}

/** The angle of a direction up to half a turn: from the axis that is nearest. */
function angleOf(p: Procedure, { t, isSteep, isBehind }: Direction): Value {
  const literal = (value: number): Value => p.literal(value, 'float32');
  const upright = isSteep.select(t.apply('neg'), t);
  const turned = isBehind ? isBehind.select(upright.apply('neg'), upright) : upright;
  const quarters = isSteep.select(literal(1), isBehind ? isBehind.select(literal(2), 0) : 0);
  const square = t.mul(t);
  const rest = polynomialInPairs(square, square.mul(square), ATAN).mul(square).mul(turned);
  return rest
    .add(quarters.mul(HALF_PI_LOW))
    .add(turned)
    .add(quarters.mul(Math.PI / 2));
}

/** Within 2 ulp. −0 stays. */
export const atan: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const isSteep = size.gt(1);
  const t = isSteep.select(p.literal(1, 'float32').div(size), size);
  return angleOf(p, { t, isSteep }).apply('copySign', x);
};

/** Within 2 ulp; zeros and infinities have a sign and a direction. */
export const atan2: FunctionOf = (p, y, x) => {
  const [height, width] = [y.apply('abs'), x.apply('abs')];
  const isSteep = height.gt(width);
  const t = isSteep.select(width, height).div(isSteep.select(height, width));
  const areEqual = height.eq(width);
  const ofEqual = height.gt(0).select(p.literal(1, 'float32'), 0);
  return angleOf(p, { t: areEqual.select(ofEqual, t), isSteep, isBehind: p.bits(x).lt(0) }).apply('copySign', y);
};
