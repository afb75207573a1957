import { gpujs } from '@tapegrad/backend-gpu';
import { Graph, matmul, mean, relu, sgd, square, TapeMachine } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { watchedGpu } from './contexts.js';

/** A step that moves its state, on machines of one backend. */
async function step(backend: ReturnType<typeof gpujs>) {
  const graph = new Graph();
  const w = graph.parameter('w', [
    [0.1, 0.2],
    [0.3, -0.4],
    [0.5, 0.6],
  ]);
  const loss = mean(square(relu(matmul(graph.input('x', [4, 3]), w))));
  const machine = new TapeMachine(graph, { backend });
  return { machine, program: await machine.compile({ loss }, { updates: sgd(loss, [w], { learningRate: 0.01 }) }) };
}

const feeds = { x: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)) };

describe('gpujs on headless OpenGL', () => {
  it('runs on OpenGL, and says so', async () => {
    const { machine, program } = await step(gpujs());
    expect(machine.device).toMatch(/^HeadlessGLKernel on /);
    expect((await program.run(feeds)).loss.item()).toBeGreaterThan(0);
  });

  it('leaves no texture behind in a thousand runs', async () => {
    const { gpu, textures } = watchedGpu();
    const { machine, program } = await step(gpujs({ gpu }));
    for (let i = 0; i < 3; i++) await program.run(feeds);
    const settled = textures();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 1000; i++) await program.run(feeds);
    expect(textures()).toBe(settled);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64e6);
    machine.dispose();
    expect(textures()).toBeLessThanOrEqual(settled);
  });

  it('fails when its GPU is taken away, and a new machine has another', async () => {
    const { gpu, context } = watchedGpu();
    const { machine, program } = await step(gpujs({ gpu }));
    await program.run(feeds);
    context.getExtension('STACKGL_destroy_context').destroy();
    await expect(program.run(feeds)).rejects.toThrow(/^The machine failed while it changed its state: /);
    await expect(program.run(feeds)).rejects.toThrow(/Load saved state/);
    machine.dispose();
    const next = await step(gpujs());
    expect((await next.program.run(feeds)).loss.item()).toBeGreaterThan(0);
  });
});
