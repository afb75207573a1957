import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Docstring, docstringsOf, MODULES, type ModuleName, programOf } from './docstrings.js';
import { cell, opPage } from './op-page.js';
import { groups } from './ops/index.js';
import type { Group } from './sample.js';
import { signatureOf } from './signature.js';

/** The file of a group's page. */
export function slugOf({ title }: Group): string {
  return title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

/** Writes the pages of the ops as Markdown into a folder: one for each op, one for each group, and `ops.md`, which leads to them. */
export function writePages(folder: string): void {
  const program = programOf();
  const checker = program.getTypeChecker();
  const docstrings = new Map(docstringsOf(program, '@tapegrad/ops').map((docstring) => [docstring.name, docstring]));
  const modules = modulesOf(program);
  const linked = (text: string): string =>
    text.replaceAll(/\{@link (\w+)\}/g, (_, name: string) => {
      if (pageOf.has(name)) return `[${name}](${pageOf.get(name)})`;
      return modules.has(name) ? `{@link ${modules.get(name)}!${name} | ${name}}` : `\`${name}\``;
    });
  const pageOf = new Map(groups.flatMap((group) => Object.keys(group.ops).map((name) => [name, `${name}.md`] as const)));

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const group of groups) {
    for (const [name, sample] of Object.entries(group.ops)) {
      const docstring = docstrings.get(name);
      if (!docstring) throw new Error(`${name}, in the docs' group '${group.title}', is no op.`);
      const signature = signatureOf(checker, docstring.type, name, sample.call);
      writeFileSync(`${folder}/${name}.md`, opPage({ docstring, signature, sample, group }, linked));
    }
    writeFileSync(`${folder}/${slugOf(group)}.md`, groupPage(group, docstrings));
  }
  writeFileSync(`${folder}/ops.md`, indexPage());
}

/** Where each name that is no op is documented. */
function modulesOf(program: ReturnType<typeof programOf>): ReadonlyMap<string, ModuleName> {
  const names = (Object.keys(MODULES) as ModuleName[]).filter((module) => module !== 'tapegrad').toReversed();
  return new Map(names.flatMap((module) => docstringsOf(program, module).map(({ name }) => [name, module] as const)));
}

function frontMatter(title: string, children: readonly string[]): string {
  return ['---', `title: ${title}`, 'children:', ...children.map((file) => `  - ./${file}.md`), '---'].join('\n');
}

function groupPage(group: Group, docstrings: ReadonlyMap<string, Docstring>): string {
  const rows = Object.keys(group.ops).map((name) => {
    const tags = docstrings.get(name)?.tags;
    return `| [${name}](${name}.md) | ${cell(tags?.get('formula') ?? '')} | ${cell(tags?.get('derivative') ?? '')} |`;
  });
  const table = ['| op | value | derivative |', '| --- | --- | --- |', ...rows].join('\n');
  return `${frontMatter(group.title, Object.keys(group.ops))}\n\n${group.about}\n\n${table}\n`;
}

const NOTATION = `x̄ is the cotangent of x: the derivative of what is minimised by x. σ is the sigmoid. A derivative without a name is that of the
result by the only operand, element by element. Each op is a free function, \`gelu(x)\`, and a method of a graph, \`graph.gelu(x)\`.`;

function indexPage(): string {
  const list = groups.map((group) => {
    const links = Object.keys(group.ops).map((name) => `[${name}](${name}.md)`);
    return `## [${group.title}](${slugOf(group)}.md)\n\n${links.join(' · ')}`;
  });
  return `${frontMatter('Ops', groups.map(slugOf))}\n\n${NOTATION}\n\n${list.join('\n\n')}\n`;
}
