import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Exports } from './modules.js';
import { root } from './sources.js';

const PACKAGES = {
  tapegrad: 'packages/tapegrad/src/index.ts',
  '@tapegrad/core': 'packages/core/src/index.ts',
  '@tapegrad/backend-gpu': 'packages/backend-gpu/src/index.ts',
  '@tapegrad/train/node': 'packages/train/src/node/index.ts',
};

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return {
    ...options,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    // As most people have it: the examples are for them.
    noUncheckedIndexedAccess: false,
    types: ['node'],
  };
}

/** What the packages export, by name. */
export function exportsOf(): { exports: Exports; program: ts.Program } {
  const files = Object.values(PACKAGES).map((path) => `${root}${path}`);
  const program = ts.createProgram(files, options());
  const checker = program.getTypeChecker();
  const exports = new Map<string, { from: string; isType: boolean }[]>();
  for (const [from, path] of Object.entries(PACKAGES)) {
    const source = program.getSourceFile(`${root}${path}`);
    const module = source && checker.getSymbolAtLocation(source);
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const isType = !(target.flags & ts.SymbolFlags.Value);
      exports.set(symbol.name, [...(exports.get(symbol.name) ?? []), { from, isType }]);
    }
  }
  return { exports, program };
}

/** The type errors of some files, each as `text (line in the file)`, by file. */
export function typeErrors(files: readonly string[], before: ts.Program): ReadonlyMap<string, readonly string[]> {
  const program = ts.createProgram(files, options(), undefined, before);
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [file, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
}
