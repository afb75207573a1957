/** Where the scalar expression is evaluated, and the vector its Hessian is multiplied with. */
export const POINT = { x: 0.7, y: -0.4 } as const;
export const DIRECTION = { x: 0.3, y: 0.5 } as const;

/** The spelling of the operations in a system. */
export interface ScalarOps<T> {
  sin(a: T): T;
  cos(a: T): T;
  tanh(a: T): T;
  exp(a: T): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
}

/** The 20-operation scalar expression, over whatever spells its operations. */
export function expression<T>(x: T, y: T, op: ScalarOps<T>): T {
  const t1 = op.sin(x);
  const t2 = op.mul(x, y);
  const t3 = op.add(t1, t2);
  const t4 = op.tanh(t3);
  const t5 = op.mul(t4, y);
  const t6 = op.cos(t5);
  const t7 = op.add(t6, x);
  const t8 = op.mul(t7, t7);
  const t9 = op.tanh(t8);
  const t10 = op.sub(t9, t2);
  const t11 = op.exp(t10);
  const t12 = op.mul(t11, t4);
  const t13 = op.add(t12, t6);
  const t14 = op.sin(t13);
  const t15 = op.mul(t14, x);
  const t16 = op.add(t15, y);
  const t17 = op.tanh(t16);
  const t18 = op.mul(t17, t11);
  const t19 = op.add(t18, t5);
  return op.mul(t19, t14);
}

const plain: ScalarOps<number> = {
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  exp: Math.exp,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
};

/** The value at a point. */
export function valueAt(x: number, y: number): number {
  return expression(x, y, plain);
}

/** Both derivatives at a point, by central differences good to about 1e-9 here. */
export function slopesAt(x: number, y: number): [number, number] {
  const h = 1e-5;
  return [(valueAt(x + h, y) - valueAt(x - h, y)) / (2 * h), (valueAt(x, y + h) - valueAt(x, y - h)) / (2 * h)];
}
