/** Value and gradients of the scalar expression, as straight-line code by hand: what generated code can hope for. Writes [value, ∂x, ∂y]. */
export function scalarByHand(x: number, y: number, out: Float64Array): void {
  const t1 = Math.sin(x);
  const t2 = x * y;
  const t4 = Math.tanh(t1 + t2);
  const t5 = t4 * y;
  const t6 = Math.cos(t5);
  const t7 = t6 + x;
  const t9 = Math.tanh(t7 * t7);
  const t11 = Math.exp(t9 - t2);
  const t13 = t11 * t4 + t6;
  const t14 = Math.sin(t13);
  const t17 = Math.tanh(t14 * x + y);
  const t19 = t17 * t11 + t5;
  const g16 = t14 * t11 * (1 - t17 * t17);
  const g13 = (t19 + g16 * x) * Math.cos(t13);
  const g11 = t14 * t17 + g13 * t4;
  const g10 = g11 * t11;
  const g7 = g10 * (1 - t9 * t9) * 2 * t7;
  const g5 = t14 - (g13 + g7) * Math.sin(t5);
  const g3 = (g13 * t11 + g5 * y) * (1 - t4 * t4);
  const g2 = g3 - g10;
  out[0] = t19 * t14;
  out[1] = g16 * t14 + g7 + g3 * Math.cos(x) + g2 * y;
  out[2] = g16 + g5 * t4 + g2 * x;
}
