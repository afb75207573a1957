import { scalarLibrary } from '@tapegrad/core';

/** Everything that printed kernels call, by name: functions of `Math`, and what it lacks. */
export const library: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.getOwnPropertyNames(Math).map((name) => [name, Math[name as keyof Math]])),
  ...scalarLibrary,
};

/** The line that brings into scope what `source` calls. */
export function importsFor(source: string): string {
  const names = Object.keys(library).filter((name) => new RegExp(`\\b${name}\\(`).test(source));
  return names.length > 0 ? `const { ${names.join(', ')} } = library;\n` : '';
}
