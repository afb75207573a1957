/** A function in the JavaScript that gpu.js understands, and those that it calls. */
export interface LibraryFunction {
  readonly source: string;
  readonly parameters: readonly string[];
  readonly uses: readonly string[];
}

/** Numbers that a shader must not know beforehand, by name: compilers assume that there are no ∞ and NaN, and make use of it. */
export const OUTSIDE: Readonly<Record<string, number>> = {
  inf: Infinity,
  nan: Number.NaN,
  /** Between 0 and 1. Where it is known, `x <= 0 ? 0 : x` becomes a maximum, which loses NaN. */
  middle: 0.5,
};

/** Horner's rule, the coefficient of the highest power first. */
function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients.map(String).reduce((sum, coefficient) => `(${sum} * ${x} + (${coefficient}))`);
}

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
  -2.4999993993e-1, 3.3333331174e-1,
];
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
const ASIN = [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1];
const ATAN = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];
const SINH = [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1];
const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1];
const ERF = [
  1.2055332131175981e-4, -8.548327016159163e-4, 5.223977625403192e-3, -2.6866170645130034e-2, 1.1283791670955123e-1,
  -3.7612638903183754e-1, 1.1283791670955126,
];
/** (1 + 2x)·exp(x²)·erfc(x) in Chebyshev polynomials of (x − 15/4)/(x + 15/4): Shepherd and Laframboise, Math. Comp. 36, 1981. */
const ERFC = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 4.907758365258086e-4, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.1886401049234397e-7,
];

/** Clenshaw's recurrence for a Chebyshev series in `u`, of which `twice` is the double. */
function chebyshev(series: readonly number[]): string {
  const [first, ...rest] = series;
  const lines = rest
    .reverse()
    .map((coefficient) => `present = twice * next - last + (${coefficient}); last = next; next = present;`);
  return `var next = 0.0; var last = 0.0; var present = 0.0; ${lines.join(' ')} var sum = u * next - last + ${first};`;
}

/**
 * What GLSL ES lacks, or leaves to each driver to compute with as few digits as it likes: functions of float32 in float32 arithmetic, after
 * S. L. Moshier's Cephes library but where another source is named. A quotient or a logarithm of the GPU decides nothing without being
 * mended afterwards. `$` stands for the names of `OUTSIDE`, as functions see nothing but their parameters.
 */
const SOURCES: readonly string[] = [
  'function isNanOf(x$) { var isNumber = x <= inf ? 1 : 0; var outcome = 1.0; if (isNumber > middle) { outcome = 0.0; } return outcome; }',
  'function maxOf(x, y$) { var outcome = y; if (x > y || isNanOf(x$) > 0.5) { outcome = x; } return outcome; }',
  'function minOf(x, y$) { var outcome = y; if (x < y || isNanOf(x$) > 0.5) { outcome = x; } return outcome; }',
  'function signOf(x) { var outcome = x; if (x > 0) { outcome = 1.0; } if (x < 0) { outcome = -1.0; } return outcome; }',
  'function truncOf(x) { var outcome = Math.floor(x); if (x < 0) { outcome = Math.ceil(x); } return outcome; }',
  `function roundOf(x) {
    var low = Math.floor(x); var rest = x - low; var outcome = low;
    if (rest > 0.5) { outcome = low + 1; }
    if (rest == 0.5) { outcome = 2 * Math.floor(0.5 * low + 0.5); }
    return outcome;
  }`,
  // Whole numbers. The quotient is right or off by one, however the GPU divides.
  `function quotientOf(x, y) {
    var q = Math.floor(x / y); var r = x - q * y;
    if (r < 0) { q = q - 1; }
    if (r >= y) { q = q + 1; }
    return q;
  }`,
  `function divideOf(x, y) {
    var q = 0.0;
    if (y != 0) {
      q = quotientOf(Math.abs(x), Math.abs(y));
      if (x < 0) { q = -q; }
      if (y < 0) { q = -q; }
    }
    return q;
  }`,
  'function remainderOf(x, y) { var r = 0.0; if (y != 0) { r = x - y * divideOf(x, y); } return r; }',
  `function integerPowerOf(x, y) {
    var r = 1.0; var base = x; var rest = y;
    if (y < 0) { base = divideOf(1, x); rest = -y; if (x == 0) { rest = 1.0; base = 0.0; } }
    for (var i = 0; i < 25; i++) {
      var half = Math.floor(rest * 0.5);
      if (rest - 2 * half > 0.5) { r = r * base; }
      if (half > 0.5) { base = base * base; }
      rest = half;
    }
    return r;
  }`,
  // Bit by bit, in two's complement: `both`, `one` are the outcome where both or one of the bits is set. A negative number is the complement
  // of a natural one, so that no bit is lost.
  `function bitsOf(x, y, both, one) {
    var xSign = 0.0; var ySign = 0.0; var a = x; var b = y; var sign = 0.0;
    if (x < 0) { xSign = 1.0; a = -1 - x; }
    if (y < 0) { ySign = 1.0; b = -1 - y; }
    var signs = xSign + ySign;
    if (signs > 1.5) { sign = both; } else { if (signs > 0.5) { sign = one; } }
    var r = 0.0; var unit = 1.0;
    for (var i = 0; i < 25; i++) {
      var p = Math.floor(a * 0.5); var q = Math.floor(b * 0.5);
      var count = Math.abs(a - 2 * p - xSign) + Math.abs(b - 2 * q - ySign); var bit = 0.0;
      if (count > 1.5) { bit = both; } else { if (count > 0.5) { bit = one; } }
      r = r + Math.abs(bit - sign) * unit;
      a = p; b = q; unit = unit + unit;
    }
    if (sign > 0.5) { r = -1 - r; }
    return r;
  }`,
  'function integerOf(x$) { var r = truncOf(Math.max(Math.min(x, 2147483647), -2147483648)); if (isNanOf(x$) > 0.5) { r = 0.0; } return r; }',
  // 2^n, exactly, for whole n from -126 to 127.
  `function powerOfTwo(n) {
    var rest = Math.abs(n); var x = 2.0; var r = 1.0;
    if (n < 0) { x = 0.5; }
    for (var i = 0; i < 7; i++) {
      var half = Math.floor(rest * 0.5);
      if (rest - 2 * half > 0.5) { r = r * x; }
      x = x * x; rest = half;
    }
    return r;
  }`,
  'function scaledBy(x, n) { var half = Math.floor(n * 0.5); return x * powerOfTwo(half) * powerOfTwo(n - half); }',
  // e^r - 1 near 0.
  `function expNear(r) { return ${polynomial('r', EXP)} * (r * r) + r; }`,
  `function expOf(x$) {
    var b = x;
    if (x > 89) { b = 89.0; }
    if (x < -104) { b = -104.0; }
    var n = Math.floor(b * 1.4426950408889634 + 0.5);
    var r = b - n * 0.693359375 + n * 2.12194440e-4; var y = scaledBy(expNear(r) + 1, n);
    if (x < -104) { y = 0.0; }
    if (isNanOf(x$) > 0.5) { y = x; }
    return y;
  }`,
  `function exp2Of(x$) {
    var b = x;
    if (x > 129) { b = 129.0; }
    if (x < -151) { b = -151.0; }
    var n = Math.floor(b + 0.5);
    var y = scaledBy(expNear((b - n) * 0.6931471805599453) + 1, n);
    if (x < -151) { y = 0.0; }
    if (isNanOf(x$) > 0.5) { y = x; }
    return y;
  }`,
  `function expm1Of(x$) {
    var size = Math.abs(x); var y = expOf(x$) - 1; var t = expNear(0.5 * x);
    if (size < 0.34) { y = expNear(x); } else { if (size < 0.69) { y = t * (t + 2); } }
    return y;
  }`,
  // The exponent of x when its fraction is between √½ and √2: the GPU's logarithm says nearly.
  `function exponentOf(x) {
    var e = Math.floor(Math.log2(x)); var m = scaledBy(x, -e);
    if (m > 1.4142135623730951) { e = e + 1; }
    if (m > 2.8284271247461903) { e = e + 1; }
    if (m < 0.7071067811865476) { e = e - 1; }
    return e;
  }`,
  `function logNear(f) { return ${polynomial('f', LOG)} * f * (f * f) - 0.5 * f * f; }`,
  `function poleOf(x$) { var y = nan; if (x == 0) { y = -inf; } if (x > 1) { y = inf; } return y; }`,
  'function isOrdinary(x) { var outcome = 0.0; if (x > 0 && x < 3.4028235e38) { outcome = 1.0; } if (x == 3.4028234663852886e38) { outcome = 1.0; } return outcome; }',
  `function logOf(x$) {
    var y = 0.0;
    if (isOrdinary(x) > 0.5) {
      var e = exponentOf(x); var f = scaledBy(x, -e) - 1;
      y = (logNear(f) - e * 2.12194440e-4) + f + e * 0.693359375;
    } else { y = poleOf(x$); }
    return y;
  }`,
  `function log2Of(x$) {
    var y = 0.0;
    if (isOrdinary(x) > 0.5) {
      var e = exponentOf(x); var f = scaledBy(x, -e) - 1; var l = logNear(f);
      y = (l * 0.4426950408889634 + f * 0.4426950408889634 + l) + f + e;
    } else { y = poleOf(x$); }
    return y;
  }`,
  `function log10Of(x$) {
    var y = 0.0;
    if (isOrdinary(x) > 0.5) {
      var e = exponentOf(x); var f = scaledBy(x, -e) - 1;
      y = (logNear(f) + f) * 0.4342944819032518 + e * 4.605038981195214e-6 + e * 0.301025390625;
    } else { y = poleOf(x$); }
    return y;
  }`,
  `function log1pOf(x$) {
    var y = 0.0;
    if (x > -0.29 && x < 0.41) { y = logNear(x) + x; } else { y = logOf(1 + x$); }
    return y;
  }`,
  // The distance from the nearest multiple of π/2, in three parts: right to the last digits up to some thousands. Far out, where nothing of it
  // is right, it is at least small.
  'function turnsOf(x) { return Math.floor(x * 0.6366197723675814 + 0.5); }',
  `function restOf(x) {
    var n = turnsOf(x); var r = ((x - n * 1.5703125) - n * 4.837512969970703e-4) - n * 7.549789948768648e-8;
    if (Math.abs(r) > 0.8) { r = 0.8; }
    return r;
  }`,
  'function unlessFar(x, y$) { var r = y; if (isNanOf(x$) > 0.5 || Math.abs(x) > 3.4028234663852886e38) { r = nan; } return r; }',
  'function quarterOf(n) { return n - 4 * Math.floor(n * 0.25); }',
  `function sinNear(r) { var s = r * r; return ${polynomial('s', SIN)} * s * r + r; }`,
  `function cosNear(r) { var s = r * r; return ${polynomial('s', COS)} * s * s - 0.5 * s + 1; }`,
  `function turnedBy(x, more) {
    var r = restOf(x); var q = quarterOf(turnsOf(x) + more); var y = sinNear(r);
    if (q == 1 || q == 3) { y = cosNear(r); }
    if (q > 1.5) { y = -y; }
    return y;
  }`,
  'function sinOf(x$) { return unlessFar(x, turnedBy(x, 0)$); }',
  'function cosOf(x$) { return unlessFar(x, turnedBy(x, 1)$); }',
  `function tanOf(x$) {
    var r = restOf(x); var q = quarterOf(turnsOf(x)); var s = sinNear(r); var c = cosNear(r); var y = s / c;
    if (q == 1 || q == 3) { y = -c / s; }
    return unlessFar(x, y$);
  }`,
  `function asinNear(x, square) { return ${polynomial('square', ASIN)} * square * x + x; }`,
  `function asinOf(x$) {
    var size = Math.abs(x); var y = nan;
    if (size <= 0.5) { y = asinNear(x, x * x); }
    else { if (size <= 1) {
      var square = 0.5 * (1 - size);
      y = 1.5707963267948966 - 2 * asinNear(Math.sqrt(square), square);
      if (x < 0) { y = -y; }
    } }
    return y;
  }`,
  `function acosOf(x$) {
    var size = Math.abs(x); var y = nan;
    if (size <= 0.5) { y = 1.5707963267948966 - asinNear(x, x * x); }
    else { if (size <= 1) {
      var square = 0.5 * (1 - size);
      y = 2 * asinNear(Math.sqrt(square), square);
      if (x < 0) { y = 3.141592653589793 - y; }
    } }
    return y;
  }`,
  `function atanOf(x) {
    var size = Math.abs(x); var t = size; var base = 0.0;
    if (size > 2.414213562373095) { t = -1 / size; base = 1.5707963267948966; }
    else { if (size > 0.4142135623730951) { t = (size - 1) / (size + 1); base = 0.7853981633974483; } }
    var s = t * t; var y = ${polynomial('s', ATAN)} * s * t + t + base;
    if (x < 0) { y = -y; }
    return y;
  }`,
  `function atan2Of(y, x$) {
    var a = 0.0; var b = Math.abs(x); var h = Math.abs(y);
    if (h > b) { a = 1.5707963267948966 - atanOf(b / h); } else { if (b > 0) { a = atanOf(h / b); } }
    if (h == b && h > 3.4028234663852886e38) { a = 0.7853981633974483; }
    if (x < 0) { a = 3.141592653589793 - a; }
    if (y < 0) { a = -a; }
    if (isNanOf(x$) > 0.5) { a = x; }
    if (isNanOf(y$) > 0.5) { a = y; }
    return a;
  }`,
  `function hypotOf(x, y$) {
    var a = Math.max(Math.abs(x), Math.abs(y)); var b = Math.min(Math.abs(x), Math.abs(y)); var h = a;
    if (a > 0 && a <= 3.4028234663852886e38) { var t = b / a; h = a * Math.sqrt(1 + t * t); }
    if (isNanOf(x$) > 0.5) { h = x; }
    if (isNanOf(y$) > 0.5) { h = y; }
    return h;
  }`,
  `function sinhOf(x$) {
    var size = Math.abs(x); var square = x * x; var y = ${polynomial('square', SINH)} * square * x + x;
    if (size > 1) { var e = expOf(0.5 * size$); y = (0.5 * e) * e - 0.5 / e / e; if (x < 0) { y = -y; } }
    return y;
  }`,
  'function coshOf(x$) { var e = expOf(0.5 * Math.abs(x)$); return (0.5 * e) * e + 0.5 / e / e; }',
  `function tanhOf(x$) {
    var size = Math.abs(x); var square = x * x; var y = ${polynomial('square', TANH)} * square * x + x;
    if (size > 0.625) { y = 1 - 2 / (expOf(size + size$) + 1); if (x < 0) { y = -y; } }
    return y;
  }`,
  `function asinhOf(x$) {
    var size = Math.abs(x); var y = x;
    if (size > 10000) { y = logOf(size$) + 0.6931471805599453; }
    else { y = log1pOf(size + size * size / (1 + Math.sqrt(size * size + 1))$); }
    if (x < 0) { y = -y; }
    if (isNanOf(x$) > 0.5) { y = x; }
    return y;
  }`,
  `function acoshOf(x$) {
    var y = nan;
    if (x > 10000) { y = logOf(x$) + 0.6931471805599453; }
    else { if (x >= 1) { var t = x - 1; y = log1pOf(t + Math.sqrt(t * (x + 1))$); } }
    return y;
  }`,
  `function atanhOf(x$) {
    var size = Math.abs(x); var y = nan;
    if (size < 1) { y = 0.5 * log1pOf(2 * size / (1 - size)$); }
    if (size == 1) { y = inf; }
    if (x < 0) { y = -y; }
    return y;
  }`,
  // e^(-x²), with x² in two parts: its rounding would grow with it.
  'function bellOf(x$) { var high = Math.floor(x * 256) / 256; return expOf(-high * high$) * expOf((high - x) * (high + x)$); }',
  `function erfcTail(x$) {
    var u = (x - 3.75) / (x + 3.75); var twice = u + u; ${chebyshev(ERFC)}
    return bellOf(x$) * sum / (1 + x + x);
  }`,
  `function erfNear(x) { var s = x * x; return x * ${polynomial('s', ERF)}; }`,
  `function erfOf(x$) {
    var size = Math.abs(x); var y = x;
    if (size < 0.5) { y = erfNear(x); } else { y = 1 - erfcTail(Math.min(size, 12)$); if (x < 0) { y = -y; } }
    if (isNanOf(x$) > 0.5) { y = x; }
    return y;
  }`,
  `function erfcOf(x$) {
    var size = Math.abs(x); var y = x;
    if (size < 0.5) { y = 1 - erfNear(x); } else { y = erfcTail(Math.min(size, 12)$); if (x < 0) { y = 2 - y; } }
    if (isNanOf(x$) > 0.5) { y = x; }
    return y;
  }`,
  'function isOddOf(x) { var h = 0.5 * x; var odd = 0.0; if (Math.floor(x) == x && Math.floor(h) != h) { odd = 1.0; } return odd; }',
  // By repeated squaring.
  `function wholePower(x, n) {
    var r = 1.0; var base = x; var rest = n;
    for (var i = 0; i < 7; i++) {
      var half = Math.floor(rest * 0.5);
      if (rest - 2 * half > 0.5) { r = r * base; }
      base = base * base; rest = half;
    }
    return r;
  }`,
  // Small whole powers are exact to some units in the last place; others lose as many digits as the exponent of the result has.
  `function powOf(x, y$) {
    var size = Math.abs(x); var r = nan; var isWhole = 0.0;
    if (Math.floor(y) == y) { isWhole = 1.0; }
    if (isWhole > 0.5 && Math.abs(y) <= 100) {
      r = wholePower(size, Math.abs(y));
      if (y < 0) { r = 1 / r; if (size == 0) { r = inf; } }
    } else { r = expOf(y * logOf(size$)$); }
    if (x < 0) {
      if (isWhole < 0.5 && size <= 3.4028234663852886e38) { r = nan; }
      if (isOddOf(y) > 0.5) { r = -r; }
    }
    if (isNanOf(x$) > 0.5 || isNanOf(y$) > 0.5) { r = nan; }
    if (y == 0 || x == 1 || (x == -1 && Math.abs(y) > 3.4028234663852886e38)) { r = 1.0; }
    return r;
  }`,
  // Long division, bit by bit: each difference is exact.
  `function fmodOf(x, y$) {
    var r = Math.abs(x); var by = Math.abs(y); var t = by;
    for (var i = 0; i < 277; i++) { if (t + t <= r) { t = t + t; } }
    for (var j = 0; j < 277; j++) { if (t >= by) { if (r >= t) { r = r - t; } t = t * 0.5; } }
    if (x < 0) { r = -r; }
    if (by == 0 || Math.abs(x) > 3.4028234663852886e38 || isNanOf(x$) > 0.5 || isNanOf(y$) > 0.5) { r = nan; }
    return r;
  }`,
  'function sqrtOf(x$) { var y = nan; if (x >= 0) { y = Math.sqrt(x); } return y; }',
];

const NAMES: ReadonlySet<string> = new Set(SOURCES.map((source) => /^function (\w+)/.exec(source)![1]!));

/** By name, those that are called before those that call them. */
export const FUNCTIONS: ReadonlyMap<string, LibraryFunction> = new Map(
  SOURCES.map((text) => {
    const source = text.replaceAll('$', `, ${Object.keys(OUTSIDE).join(', ')}`);
    const [head, name, parameters] = /^function (\w+)\((.*?)\)/.exec(source) as string[] as [string, string, string];
    const called = [...source.slice(head.length).matchAll(/(\w+)\(/g)].map(([, callee]) => callee!);
    return [name, { source, parameters: parameters.split(', '), uses: called.filter((callee) => NAMES.has(callee)) }];
  }),
);

/** Some functions and all that these call, in the order of `FUNCTIONS`. */
export function withCallees(names: Iterable<string>): string[] {
  const all = new Set(names);
  for (const name of all) for (const callee of FUNCTIONS.get(name)!.uses) all.add(callee);
  return [...FUNCTIONS.keys()].filter((name) => all.has(name));
}
