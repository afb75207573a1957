import ts from 'typescript';
import { COMMON, NOT_RUN, SCENES, type Scene } from './scene.js';
import type { Example, Snippet } from './sources.js';

/** The module that can be imported for each thing, the first that has it. */
export type Exports = ReadonlyMap<string, readonly { readonly from: string; readonly isType: boolean }[]>;

/** A page's program as a module: printed lines are checked. */
export function moduleOfPage({ code }: Snippet): string {
  return `import { shown } from '../../shown.js';\n${checkPrints(code)}\nexport const run = () => shown;\n`;
}

/** An example as a module: what it does not declare is imported, or declared as the scene says. */
export function moduleOfExample(example: Example, exports: Exports): string {
  const declared = declaredIn(example.code);
  const shapes = shapesOf(example.code, (name) => !declared.has(name) && !exports.has(name));
  const given = sceneryFor(example.code, declared, { ...COMMON, ...shapes.operands, ...SCENES[example.name] }, exports);
  const used = new Set([...given.values(), example.code].flatMap((code) => [...usedIn(code)]));
  const wanted = [...used].filter((name) => !given.has(name) && !declared.has(name));
  return [
    "import { shaped, shown } from '../../shown.js';",
    ...wanted.flatMap((name) => importOf(name, example, exports)),
    `export async function ${NOT_RUN.has(example.name) ? 'notRun' : 'run'}() {`,
    ...[...given].map(([name, code]) => `const ${name} = ${code};`),
    '{',
    checkPrints(example.code),
    SCENES[example.name] ? '' : shapes.check,
    '}',
    '}',
    'export const checks = [shaped, shown];',
    '',
  ].join('\n');
}

/** Declarations of what code uses and neither declares nor imports, each after what it needs itself. */
function sceneryFor(code: string, declared: ReadonlySet<string>, scene: Scene, exports: Exports): Map<string, string> {
  const given = new Map<string, string>();
  const need = (text: string, known: ReadonlySet<string>): void => {
    for (const name of usedIn(text)) {
      if (given.has(name) || known.has(name)) continue;
      if (!Object.hasOwn(scene, name) && (exports.has(name) || name in globalThis)) continue;
      const value = codeOf(name, scene[name] ?? 'float32 [4, 4]');
      need(value, new Set());
      given.set(name, value);
    }
  };
  need(code, declared);
  return given;
}

/** `float32 [2, 3]` stands for an input of that type. */
function codeOf(name: string, text: string): string {
  const [, dtype, shape] = /^(float32|int32|bool) (\[.*\])$/.exec(text) ?? [];
  return dtype ? `graph.input('${name}', ${quoted(shape!)}, '${dtype}')` : text;
}

/** Docstrings of core mean core's things; all else people have from the package `tapegrad`. */
function importOf(name: string, { file }: Example, exports: Exports): string[] {
  const choices = exports.get(name);
  if (!choices) return [];
  const own = file.startsWith('packages/core/') ? choices.find(({ from }) => from === '@tapegrad/core') : undefined;
  const { from, isType } = own ?? choices[0]!;
  return [`import ${isType ? 'type ' : ''}{ ${name} } from '${from}';`];
}

/** `console.log(x); // 4.5` becomes a check that 4.5 is printed. */
function checkPrints(code: string): string {
  return code.replaceAll(/^(\s*)console\.log\((.*)\); \/\/ (.+)$/gm, (_, indent: string, values: string, text: string) => {
    return `${indent}shown(${JSON.stringify(text)}, ${values});`;
  });
}

const SHAPE = /\[[^[\]]*\]/g;

/** Reads `const y = f(x, w); // [2, 3] and [3] give [2, 3]`: the operands as inputs of these shapes, and a check of the result's. */
function shapesOf(code: string, isOperand: (name: string) => boolean): { operands: Record<string, string>; check: string } {
  const line = /^const (\w+|\[.*?\]) = (.*); \/\/ ([^;]*?) gives? (\[.*)$/.exec(code.trim());
  const [, result = '', call = '', before = '', after = ''] = line ?? [];
  const from = before.match(SHAPE) ?? [];
  const names = [...usedIn(call)].filter(isOperand);
  if (!line || names.length !== from.length || names.some((name) => name === 'graph')) return { operands: {}, check: '' };
  const operands = names.map((name, i) => [name, `${name === 'labels' ? 'int32' : 'float32'} ${from[i]}`]);
  const results = result.replaceAll(/[[\]]/g, '');
  const expected = (after.match(SHAPE) ?? []).join(' and ');
  return { operands: Object.fromEntries(operands), check: `shaped(${JSON.stringify(expected)}, ${results});` };
}

/** `[batch, 3]` as code: names are strings. */
function quoted(shape: string): string {
  return shape.replaceAll(/[a-z]\w*/gi, (name) => `'${name}'`);
}

/** The names that code uses as values or types. */
function usedIn(code: string): ReadonlySet<string> {
  const used = new Set<string>();
  visit(parse(code), (node) => {
    const { parent } = node;
    if (!ts.isIdentifier(node)) return;
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) return;
    if (ts.isPropertyAssignment(parent) && parent.name === node) return;
    if (ts.isVariableDeclaration(parent) && parent.name === node) return;
    if (ts.isBindingElement(parent) || (ts.isParameter(parent) && parent.name === node)) return;
    used.add(node.text);
  });
  return used;
}

/** The names that code declares, parameters of its functions included. */
function declaredIn(code: string): ReadonlySet<string> {
  const declared = new Set<string>();
  visit(parse(code), (node) => {
    const declares =
      ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node) || ts.isFunctionDeclaration(node);
    if (declares && node.name && ts.isIdentifier(node.name)) declared.add(node.name.text);
  });
  return declared;
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.Latest, true);
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}
