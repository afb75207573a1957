import { defineConfig } from 'vitest/config';

// The packages' exports map answers the condition with their TypeScript sources, so that no test needs a build.
const source = 'tapegrad-source';

export default defineConfig({
  resolve: { conditions: [source, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [source, 'module', 'node', 'development|production'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/test/**/*.test.ts', 'bench/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/slow/**', 'test/packaging/**'],
    pool: 'threads',
    // Files share the modules of their thread: loading the engine anew for each would cost more than most files' tests.
    isolate: false,
    testTimeout: 30_000,
  },
});
