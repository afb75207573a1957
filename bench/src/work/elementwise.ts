/** tanh(1.3·x + 0.2)·exp(−x²) + 0.5 over `x`, or the gradient of its sum. */
export interface Elementwise {
  readonly x: Float32Array;
  readonly derivative: boolean;
}

const COUNT = 1_000_000;

export function elementwise(derivative: boolean): Elementwise {
  return { x: Float32Array.from({ length: COUNT }, (_, i) => Math.sin(i * 0.37) * 3), derivative };
}

/** The expression at a point. */
export function chainAt(x: number): number {
  return Math.tanh(1.3 * x + 0.2) * Math.exp(-x * x) + 0.5;
}

/** Its derivative, by central differences good to about 1e-10. */
export function chainSlopeAt(x: number): number {
  return (chainAt(x + 1e-5) - chainAt(x - 1e-5)) / 2e-5;
}
