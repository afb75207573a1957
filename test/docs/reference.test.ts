import { describe, expect, it } from 'vitest';
import { docstringsOf, MODULES, type ModuleName, programOf } from '../../docs/src/docstrings.js';
import { groups } from '../../docs/src/ops/index.js';
import { curvesOf, definitionOf, dtypesOf, show } from '../../docs/src/run-sample.js';

const program = programOf();
const modules = Object.keys(MODULES) as ModuleName[];
const ops = docstringsOf(program, '@tapegrad/ops').filter(({ isFunction }) => isFunction);
const samples = groups.flatMap((group) => Object.entries(group.ops).map(([name, sample]) => ({ name, sample })));

describe('the reference', () => {
  it.each(modules)('says of everything in %s what it is, and shows each function in use', (module) => {
    const docstrings = docstringsOf(program, module);
    expect(docstrings.length).toBeGreaterThan(0);
    expect(docstrings.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([]);
    const functions = docstrings.filter(({ isFunction }) => isFunction);
    expect(functions.filter(({ tags }) => !tags.get('example')).map(({ name }) => name)).toEqual([]);
  });

  it('states the formula and the derivative of every op', () => {
    expect(ops.filter(({ tags }) => !tags.get('formula') || !tags.get('derivative')).map(({ name }) => name)).toEqual([]);
  });

  it('has one page for every op', () => {
    const pages = groups.flatMap((group) => Object.keys(group.ops));
    expect(pages.toSorted()).toEqual(ops.map(({ name }) => name).toSorted());
  });

  it.each(samples)('shows $name at work', ({ name, sample }) => {
    expect(sample.call).toMatch(new RegExp(`\\b${name}\\(`));
    const { results, gradients } = show(sample);
    for (const tensor of Object.values({ ...results, ...gradients })) expect([...tensor.data]).not.toContain(NaN);
    expect(definitionOf(sample)).toContain('outputs');
    if (Object.keys(gradients).length > 0) expect([...dtypesOf(sample).keys()]).toContain('float32');
    if (!sample.plot) return;
    const { from, to, call = sample.call } = sample.plot;
    const { value, slope } = curvesOf(call, [0.7 * from + 0.3 * to, 0.45 * from + 0.55 * to]);
    expect([...value, ...slope].every(Number.isFinite)).toBe(true);
  });
});
