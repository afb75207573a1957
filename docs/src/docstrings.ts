import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What people import, and the file that says what there is. */
export const MODULES = {
  '@tapegrad/core': 'packages/core/src/index.ts',
  '@tapegrad/ops': 'packages/ops/src/index.ts',
  '@tapegrad/train': 'packages/train/src/index.ts',
  '@tapegrad/train/node': 'packages/train/src/node/index.ts',
  '@tapegrad/backend-cpu': 'packages/backend-cpu/src/index.ts',
  '@tapegrad/backend-gpu': 'packages/backend-gpu/src/index.ts',
  tapegrad: 'packages/tapegrad/src/index.ts',
};

export type ModuleName = keyof typeof MODULES;

/** What is said of an exported name. */
export interface Docstring {
  readonly name: string;
  readonly isFunction: boolean;
  readonly type: ts.Type;
  readonly text: string;
  /** The text behind the first tag of each name: `@example`, `@formula`. */
  readonly tags: ReadonlyMap<string, string>;
}

/** The program of some files, those of all modules unless said, for questions about their types. */
export function programOf(paths: readonly string[] = Object.values(MODULES)): ts.Program {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = paths.map((path) => `${root}${path}`);
  return ts.createProgram(files, { ...options, composite: false, incremental: false, noEmit: true, types: ['node'] });
}

/** What a file exports, by the names under which it does. */
export function exportsOf(program: ts.Program, path: string): { name: string; target: ts.Symbol; isValue: boolean }[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${root}${path}`);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${path} exports nothing.`);
  return checker.getExportsOfModule(symbol).map((exported) => {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    return { name: exported.name, target, isValue: (target.flags & ts.SymbolFlags.Value) !== 0 };
  });
}

/** The docstring of every name that a module exports. */
export function docstringsOf(program: ts.Program, module: ModuleName): Docstring[] {
  const checker = program.getTypeChecker();
  return exportsOf(program, MODULES[module]).map(({ name, target, isValue }) => {
    const type = isValue ? checker.getTypeOfSymbol(target) : checker.getDeclaredTypeOfSymbol(target);
    return {
      name,
      isFunction: isValue && type.getCallSignatures().length > 0,
      type,
      text: ts.displayPartsToString(target.getDocumentationComment(checker)),
      tags: new Map(target.getJsDocTags(checker).map((tag) => [tag.name, ts.displayPartsToString(tag.text)])),
    };
  });
}
