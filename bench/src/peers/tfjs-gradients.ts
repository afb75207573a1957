import { createRequire } from 'node:module';

// The library's bundle for Node leaves the gradients out, and its ES modules name folders, which only `require` under a loader understands.
createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/register_all_gradients.js');
