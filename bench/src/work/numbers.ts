/** Numbers in -0.5 … 0.5 that are the same on every machine. */
function* noise(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32 - 0.5;
  }
}

/** So many numbers in -scale/2 … scale/2. */
export function fill(length: number, seed: number, scale: number): Float32Array {
  const numbers = noise(seed);
  return Float32Array.from({ length }, () => numbers.next().value * scale);
}

/** So many labels below `classes`. */
export function fillLabels(length: number, seed: number, classes: number): Int32Array {
  return Int32Array.from(fill(length, seed, 1), (v) => Math.floor((v + 0.5) * classes));
}

/** Throws unless `got` is within `absolute + relative·|want|` of `want`. */
export function expectClose(what: string, got: number, want: number, { absolute = 1e-6, relative = 1e-5 } = {}): void {
  if (Math.abs(got - want) <= absolute + relative * Math.abs(want)) return;
  throw new Error(`${what}: got ${got}, expected ${want}. Nothing is timed before it is right.`);
}
