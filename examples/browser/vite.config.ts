import { defineConfig } from 'vite';
import { digits } from './digits-plugin.js';

// What gives the page shared memory, and with it threads. The built page runs without these headers too, on one thread.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  root: import.meta.dirname,
  // The built page may lie in any folder of a site.
  base: './',
  plugins: [digits()],
  resolve: { conditions: ['tapegrad-source', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 300 },
  server: { headers },
  preview: { headers },
});
