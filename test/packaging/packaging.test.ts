import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, firstLoad, runInBrowserRealm } from './bundle.js';
import { Project, packages, root } from './project.js';

const project = new Project();

beforeAll(() => {
  project.install();
});

afterAll(() => {
  project.remove();
});

function nameOf(directory: string): string {
  return (JSON.parse(readFileSync(join(root, 'packages', directory, 'package.json'), 'utf8')) as { name: string }).name;
}

/** The first TypeScript program of the README. */
function firstProgram(): string {
  const program = /^```ts\n(.*?)^```/ms.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1];
  if (program === undefined) throw new Error('README.md has no ```ts block');
  return program;
}

describe.each(packages.map(nameOf))('the packed %s', (name) => {
  it('carries its licence, declarations and sources, and no leavings of the build', () => {
    const installed = project.path('node_modules', name);
    for (const file of ['LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/index.js.map', 'src/index.ts']) {
      expect(existsSync(join(installed, file)), file).toBe(true);
    }
    expect(existsSync(join(installed, 'dist/tsconfig.tsbuildinfo'))).toBe(false);
    expect(existsSync(join(installed, 'test'))).toBe(false);
  });

  it('depends on nothing but our own packages, by version', () => {
    const { dependencies = {} } = JSON.parse(readFileSync(project.path('node_modules', name, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const [dependency, range] of Object.entries(dependencies)) {
      expect(packages.map(nameOf)).toContain(dependency);
      expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
    }
  });
});

describe('the README’s first program', () => {
  it.each(['nodenext', 'bundler'] as const)('type-checks against the packed packages (%s) and runs', (moduleKind) => {
    const file = project.write(`${moduleKind}/readme.ts`, firstProgram());
    project.compile(file, moduleKind);
    expect(project.runNode(file.replace(/ts$/, 'js')).trim()).not.toBe('');
  });
});

describe('a bundle for browsers', () => {
  it('runs where there are no globals of Node', async () => {
    const program = readFileSync(join(root, 'test/packaging/programs/browser.ts'), 'utf8');
    const { code } = await bundle(project.directory, program, { minify: true });
    const { main } = runInBrowserRealm(code) as { main: () => Promise<unknown> };
    // loss = Σ (x + w)·w and its slope Σ (x + 2w), at x = 1, 2, 3 and w = 2.
    expect(JSON.stringify(await main())).toBe('{"loss":24,"slope":18}');
  });

  it('has no op that its program does not use', async () => {
    const others = ['softmax', 'layerNorm', 'cumsum', 'sort', 'cholesky', 'convolve'];
    const small = "export { Graph } from '@tapegrad/core'; export { exp, sin } from '@tapegrad/ops';";
    const used = await bundle(project.directory, small, { minify: false });
    const everything = await bundle(project.directory, "export * from 'tapegrad';", { minify: false });
    const namedIn = (code: string) => others.filter((op) => new RegExp(`['"]${op}['"]`).test(code));
    expect(namedIn(everything.code)).toEqual(others);
    expect(namedIn(used.code)).toEqual([]);
    expect(used.bytes).toBeLessThan(everything.bytes / 2);
    console.log(`Graph, exp and sin: ${used.bytes} bytes; everything: ${everything.bytes} bytes (neither minified)`);
  });

  it('stays within its budget: core, ops and the js backend under 116 kB gzipped, as a page loads it', async () => {
    const program = "export * from '@tapegrad/core'; export * from '@tapegrad/ops'; export { js } from '@tapegrad/backend-cpu';";
    const { bytes, gzipped } = await firstLoad(project.directory, program);
    console.log(`core, ops and the js backend: ${bytes} bytes minified, ${gzipped} gzipped`);
    expect(gzipped).toBeLessThan(116_000);
  });
});
