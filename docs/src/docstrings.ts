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

export function programOf(): ts.Program {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = Object.values(MODULES).map((path) => `${root}${path}`);
  return ts.createProgram(files, { ...options, composite: false, incremental: false, noEmit: true, types: ['node'] });
}

/** The docstring of every name that a module exports. */
export function docstringsOf(program: ts.Program, module: ModuleName): Docstring[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${root}${MODULES[module]}`);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${MODULES[module]} exports nothing.`);
  return checker.getExportsOfModule(symbol).map((exported) => {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const isValue = (target.flags & ts.SymbolFlags.Value) !== 0;
    const type = isValue ? checker.getTypeOfSymbol(target) : checker.getDeclaredTypeOfSymbol(target);
    return {
      name: exported.name,
      isFunction: isValue && type.getCallSignatures().length > 0,
      type,
      text: ts.displayPartsToString(target.getDocumentationComment(checker)),
      tags: new Map(target.getJsDocTags(checker).map((tag) => [tag.name, ts.displayPartsToString(tag.text)])),
    };
  });
}
