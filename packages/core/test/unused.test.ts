import { expect, it } from 'vitest';
import { Procedure } from '../src/loops/procedure.js';
import { kernelOfProcedure } from '../src/placement/place.js';

it('leaves out values that nothing uses, and what only they use', () => {
  const p = new Procedure();
  const kept: string[] = [];
  p.for(3, (i) => {
    const x = p.load(0, 'float32', i);
    x.mul(2).add(1);
    p.if(x.gt(0), () => {
      p.load(0, 'float32', i.add(1)).sqrt();
      p.store(1, i, x);
    });
  });
  const { body } = kernelOfProcedure(p, [
    { dtype: 'float32', length: 4, access: 'read' },
    { dtype: 'float32', length: 3, access: 'write' },
  ]);
  const walk = (list: typeof body): void => {
    for (const statement of list) {
      kept.push(statement.kind === 'let' ? statement.op : statement.kind);
      if ('body' in statement) walk(statement.body);
    }
  };
  walk(body);
  expect(kept).toEqual(['for', 'load', 'gt', 'if', 'store']);
});
