import { GPU } from 'gpu.js';

/** A context of headless OpenGL, as far as tests look into it. */
interface Context {
  createTexture(): unknown;
  deleteTexture(texture: unknown): void;
  getExtension(name: 'STACKGL_destroy_context'): { destroy(): void };
}

/** An instance of gpu.js on headless OpenGL, its context, and how many textures live in it. */
export function watchedGpu(): { readonly gpu: GPU; readonly context: Context; readonly textures: () => number } {
  const gpu = new GPU({ mode: 'headlessgl' });
  const probe = gpu.createKernel('function () { return 1; }', { output: [1] });
  probe();
  const context = gpu.context as Context;
  const live = new Set<unknown>();
  const { createTexture, deleteTexture } = context;
  context.createTexture = () => {
    const texture = createTexture.call(context);
    live.add(texture);
    return texture;
  };
  context.deleteTexture = (texture) => {
    live.delete(texture);
    deleteTexture.call(context, texture);
  };
  return { gpu, context, textures: () => live.size };
}
