import { type Arcs, acosBy, asinBy } from '../arcs.js';

const arcs: Arcs = {
  // S. L. Moshier, Cephes, asinf.
  powers: [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1],
  halfPi: { high: Math.fround(Math.PI / 2), low: -4.371139000186241e-8 },
};

/** Within 3 ulp. */
export const asin = asinBy(arcs);
/** Within 2 ulp. */
export const acos = acosBy(arcs);
