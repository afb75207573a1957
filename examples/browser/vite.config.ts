import { defineConfig } from 'vite';
import { digits } from './digits-plugin.js';

// What gives the page shared memory, and with it threads. The built page runs without these headers too, on one thread.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

// Comments that say what has no side effects are for bundlers, and browsers need not load them.
const rolldownOptions = { output: { comments: false } };

export default defineConfig({
  root: import.meta.dirname,
  // The built page may lie in any folder of a site.
  base: './',
  plugins: [digits()],
  resolve: { conditions: ['tapegrad-source', 'module', 'browser', 'development|production'] },
  worker: { format: 'es', rolldownOptions },
  build: { target: 'es2022', chunkSizeWarningLimit: 300, rolldownOptions, modulePreload: { polyfill: false } },
  server: { headers },
  preview: { headers },
});
