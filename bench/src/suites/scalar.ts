import type { Case } from '../case.js';
import { straightLine } from '../reference/loops.js';
import { expectClose } from '../work/numbers.js';
import { DIRECTION, POINT, slopesAt, valueAt } from '../work/scalar.js';

const { x, y } = POINT;

async function checkGradients(read: () => Promise<ArrayLike<number>>): Promise<void> {
  const [value, byX, byY] = Array.from(await read());
  const [slopeX, slopeY] = slopesAt(x, y);
  expectClose('scalar', value!, valueAt(x, y));
  expectClose('scalar by x', byX!, slopeX, { relative: 1e-4 });
  expectClose('scalar by y', byY!, slopeY, { relative: 1e-4 });
}

async function checkProduct(read: () => Promise<ArrayLike<number>>): Promise<void> {
  const got = await read();
  const h = 1e-4;
  const above = slopesAt(x + h * DIRECTION.x, y + h * DIRECTION.y);
  const below = slopesAt(x - h * DIRECTION.x, y - h * DIRECTION.y);
  for (const [i, name] of ['x', 'y'].entries())
    expectClose(`scalar-hvp by ${name}`, got[i]!, (above[i]! - below[i]!) / (2 * h), { absolute: 1e-3, relative: 1e-3 });
}

/** Value and both gradients of a 20-operation scalar expression, and a Hessian-vector product of it. */
export function scalarSuite(): Case[] {
  const common = { suite: 'scalar', flops: 0, reference: straightLine };
  return [
    { ...common, name: 'scalar', prepare: (system) => system.scalar(), check: checkGradients },
    { ...common, name: 'scalar-hvp', prepare: (system) => system.scalarHvp(), check: checkProduct },
  ];
}
