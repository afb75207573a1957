import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Are the packages there as an installed program has them? */
export function isBuilt(): boolean {
  const manifest = createRequire(import.meta.url).resolve('tapegrad/package.json');
  return existsSync(join(dirname(manifest), 'dist/bundle/index.js'));
}
