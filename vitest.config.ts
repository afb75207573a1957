import { defineConfig } from 'vitest/config';

// The packages' exports maps answer this condition with their TypeScript sources, so that no test needs a build.
const source = 'tapegrad-source';

export default defineConfig({
  resolve: { conditions: [source, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [source, 'module', 'node', 'development|production'] } },
  test: {
    pool: 'threads',
    // A core is left idle otherwise, half of a small machine.
    maxWorkers: '100%',
    // Files share the modules of their thread: loading the engine anew for each costs more than most files' tests.
    isolate: false,
    setupFiles: ['test/properties/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['{packages/*,examples,bench}/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/slow/**', 'test/packaging/**', 'test/browser/**', 'test/gpujs/**'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        // A process for each file, so that the memory of one is not counted in another's.
        test: { name: 'slow', include: ['test/slow/**/*.test.ts'], pool: 'forks', isolate: true, testTimeout: 600_000 },
      },
      {
        extends: true,
        test: { name: 'packages', include: ['test/packaging/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
      {
        extends: true,
        // The package gl is native code that knows nothing of threads.
        test: { name: 'gpujs', pool: 'forks', include: ['test/gpujs/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
