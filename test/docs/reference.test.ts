import { describe, expect, it } from 'vitest';
import { docstringsOf, MODULES, type ModuleName, programOf } from '../../docs/src/docstrings.js';
import { groups } from '../../docs/src/ops/index.js';

const program = programOf();
const modules = Object.keys(MODULES) as ModuleName[];
const ops = docstringsOf(program, '@tapegrad/ops').filter(({ isFunction }) => isFunction);

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
});
