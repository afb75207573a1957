import { tensor } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { type BatchEvent, type EpochEvent, fit } from '../src/fit.js';

/** A step whose loss is what it is fed, with an output that is no scalar. */
const step = { run: async ({ x }: { x: number }) => ({ loss: tensor(x), scores: tensor([x, x]) }) };
const data = [{ x: 1 }, { x: 2 }, { x: 6 }];

describe('fit', () => {
  it('runs every batch of every epoch and reports means of scalars', async () => {
    const batches: BatchEvent[] = [];
    const epochs: EpochEvent[] = [];
    const fitted = await fit(step, data, {
      epochs: 2,
      onBatch: (event) => void batches.push(event),
      onEpoch: (event) => void epochs.push(event),
    });
    expect(batches.map(({ epoch, batch, results }) => [epoch, batch, results.loss])).toEqual([
      [0, 0, 1],
      [0, 1, 2],
      [0, 2, 6],
      [1, 0, 1],
      [1, 1, 2],
      [1, 2, 6],
    ]);
    expect(epochs).toEqual([0, 1].map((epoch) => ({ epoch, batches: 3, means: { loss: 3 } })));
    expect(fitted).toEqual({ epochs, stopped: false });
  });

  it('stops after the batch at hand once the signal is aborted', async () => {
    const controller = new AbortController();
    let ended = 0;
    const fitted = await fit(step, data, {
      epochs: 3,
      signal: controller.signal,
      onBatch: ({ epoch, batch }) => {
        if (epoch === 1 && batch === 1) controller.abort();
      },
      onEpoch: () => void ended++,
    });
    expect(ended).toBe(1);
    expect(fitted.stopped).toBe(true);
    expect(fitted.epochs.at(-1)).toEqual({ epoch: 1, batches: 2, means: { loss: 1.5 } });
  });

  it('runs nothing when the signal is aborted before', async () => {
    expect(await fit(step, data, { epochs: 3, signal: { aborted: true } })).toEqual({ epochs: [], stopped: true });
  });

  it('lets the event loop turn while steps take no time of their own', async () => {
    let turned = false;
    setTimeout(() => {
      turned = true;
    }, 1);
    const end = Date.now() + 2000;
    function* busy() {
      while (!turned && Date.now() < end) yield { x: 1 };
    }
    await fit(step, busy(), { epochs: 1 });
    expect(turned).toBe(true);
  });

  it('passes on what a step throws', async () => {
    const failing = { run: () => Promise.reject(new Error('no luck')) };
    await expect(fit(failing, data, { epochs: 1 })).rejects.toThrow('no luck');
  });
});
