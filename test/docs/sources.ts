import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Code that the documentation shows. */
export interface Snippet {
  /** `README.md:12`, where it begins. */
  readonly where: string;
  readonly code: string;
}

/** An `@example` of an exported thing. */
export interface Example extends Snippet {
  readonly file: string;
  readonly name: string;
}

/**
 * The programs of the pages: every ```ts block runs, but for those marked `ts ignore`. A block that begins with an import begins a program;
 * the ones after it continue that.
 */
export function pagePrograms(): Snippet[] {
  const pages = ['README.md', 'CONTRIBUTING.md', ...filesLike('docs/*.md')];
  return pages.flatMap((page) => {
    const programs: { where: string; code: string }[] = [];
    for (const { line, code } of blocks(readFileSync(`${root}${page}`, 'utf8'))) {
      const before = programs.at(-1);
      if (before && !code.startsWith('import')) before.code += `\n${code}`;
      else programs.push({ where: `${page}:${line}`, code });
    }
    return programs;
  });
}

function blocks(markdown: string): { line: number; code: string }[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 1,
    code: match[1] ?? '',
  }));
}

/** Every `@example` in the sources of the packages, of methods too. */
export function docExamples(program: ts.Program): Example[] {
  const sources = program.getSourceFiles().filter(({ fileName }) => /\/packages\/[^/]+\/src\//.test(fileName));
  return sources.flatMap((source) =>
    source.statements.flatMap((statement) => [
      ...examplesOf(statement, nameOf(statement), source),
      ...(ts.isClassDeclaration(statement) ? membersOf(statement, source) : []),
    ]),
  );
}

function membersOf(declaration: ts.ClassDeclaration, source: ts.SourceFile): Example[] {
  return declaration.members.flatMap((member) => examplesOf(member, `${nameOf(declaration)}.${nameOf(member)}`, source));
}

function examplesOf(node: ts.Node, name: string, source: ts.SourceFile): Example[] {
  return ts.getJSDocTags(node).flatMap((tag) => {
    const code = ts.getTextOfJSDocComment(tag.comment);
    if (tag.tagName.text !== 'example' || !code) return [];
    const file = relative(root, source.fileName);
    const line = source.getLineAndCharacterOfPosition(tag.getStart()).line + 2;
    return [{ where: `${file}:${line}`, code, file, name }];
  });
}

function nameOf(node: ts.Node): string {
  const declaration = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
  const name = declaration && ts.getNameOfDeclaration(declaration as ts.Declaration);
  return name && ts.isIdentifier(name) ? name.text : 'default';
}

function filesLike(pattern: string): string[] {
  return ts.sys
    .readDirectory(root, ['.ts', '.md'], ['**/node_modules', '**/dist'], [pattern])
    .map((path) => relative(root, path))
    .sort();
}
