import { type Arcs, acosBy, asinBy } from '../arcs.js';

const arcs: Arcs = {
  // The error is below 2^-59.
  powers: [
    3.272772615399767e-2, -2.1156671173218747e-2, 2.181821071380931e-2, 3.6611371216344634e-3, 1.079216980692233e-2,
    1.1396798824971662e-2, 1.3981077161771438e-2, 1.7351590764702364e-2, 2.2372216160420733e-2, 3.038194266658893e-2,
    4.464285717545961e-2, 7.499999999969925e-2, 1.6666666666666763e-1,
  ],
  halfPi: { high: Math.PI / 2, low: 6.123233995736766e-17 },
};

/** Within 2 ulp. */
export const asin = asinBy(arcs);
/** Within 2 ulp. */
export const acos = acosBy(arcs);
