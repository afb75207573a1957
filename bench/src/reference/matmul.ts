/** c = a·b of square float32 matrices whose size is a multiple of 4, in plain JavaScript, four by four results at a time. */
export function multiplyBlocked(a: Float32Array, b: Float32Array, c: Float32Array, n: number): void {
  for (let i = 0; i < n; i += 4) {
    for (let j = 0; j < n; j += 4) block(a, b, c, n, i, j);
  }
}

function block(a: Float32Array, b: Float32Array, c: Float32Array, n: number, i: number, j: number): void {
  const a0 = i * n;
  const a1 = a0 + n;
  const a2 = a1 + n;
  const a3 = a2 + n;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let k = 0; k < n; k++) {
    const at = k * n + j;
    const b0 = b[at]!;
    const b1 = b[at + 1]!;
    const b2 = b[at + 2]!;
    const b3 = b[at + 3]!;
    const x0 = a[a0 + k]!;
    const x1 = a[a1 + k]!;
    const x2 = a[a2 + k]!;
    const x3 = a[a3 + k]!;
    c00 += x0 * b0;
    c01 += x0 * b1;
    c02 += x0 * b2;
    c03 += x0 * b3;
    c10 += x1 * b0;
    c11 += x1 * b1;
    c12 += x1 * b2;
    c13 += x1 * b3;
    c20 += x2 * b0;
    c21 += x2 * b1;
    c22 += x2 * b2;
    c23 += x2 * b3;
    c30 += x3 * b0;
    c31 += x3 * b1;
    c32 += x3 * b2;
    c33 += x3 * b3;
  }
  c[a0 + j] = c00;
  c[a0 + j + 1] = c01;
  c[a0 + j + 2] = c02;
  c[a0 + j + 3] = c03;
  c[a1 + j] = c10;
  c[a1 + j + 1] = c11;
  c[a1 + j + 2] = c12;
  c[a1 + j + 3] = c13;
  c[a2 + j] = c20;
  c[a2 + j + 1] = c21;
  c[a2 + j + 2] = c22;
  c[a2 + j + 3] = c23;
  c[a3 + j] = c30;
  c[a3 + j + 1] = c31;
  c[a3 + j + 2] = c32;
  c[a3 + j + 3] = c33;
}
