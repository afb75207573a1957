import { parseIdx, scaleBytes, Tensor } from 'tapegrad';
import { PIXELS } from '../../src/mnist/model.js';
import type { DigitFile } from './files.js';

/** Digits as bytes: as float32 they would take four times the memory, so that only the ones at hand are scaled. */
export class Digits {
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;

  constructor(pixels: Uint8Array, labels: Uint8Array) {
    if (pixels.length !== labels.length * PIXELS) throw new Error(`${pixels.length} pixels do not fit ${labels.length} labels.`);
    this.#pixels = pixels;
    this.#labels = labels;
  }

  get size(): number {
    return this.#labels.length;
  }

  label(index: number): number {
    return this.#labels[index]!;
  }

  /** These digits as the model's inputs are called: float32 `[n, 784]`, 0 … 1, and int32 `[n]`. */
  take(indices: ArrayLike<number>): { readonly x: Tensor; readonly y: Tensor } {
    const bytes = new Uint8Array(indices.length * PIXELS);
    const y = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      bytes.set(this.#pixels.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS);
      y[i] = this.label(index);
    }
    return { x: Tensor.wrap('float32', [y.length, PIXELS], scaleBytes(bytes)), y: Tensor.wrap('int32', [y.length], y) };
  }
}

export interface Mnist {
  readonly training: Digits;
  readonly test: Digits;
}

/** Fetches all digits from a folder; `onBytes` hears how many bytes have come. Where one file fails, the others are given up. */
export async function loadDigits(folder: string, onBytes: (bytes: number) => void): Promise<Mnist> {
  const giveUp = new AbortController();
  let received = 0;
  const file = (name: DigitFile): Promise<Uint8Array> =>
    load(new URL(`${name}.gz`, folder), giveUp.signal, (bytes) => {
      received += bytes;
      onBytes(received);
    });
  try {
    const [pixels, labels, testPixels, testLabels] = await Promise.all([
      file('train-images-idx3-ubyte'),
      file('train-labels-idx1-ubyte'),
      file('t10k-images-idx3-ubyte'),
      file('t10k-labels-idx1-ubyte'),
    ]);
    return { training: new Digits(pixels, labels), test: new Digits(testPixels, testLabels) };
  } catch (error) {
    giveUp.abort();
    throw error;
  }
}

async function load(url: URL, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) throw new Error(`${url.pathname}: ${response.status} ${response.statusText}.`);
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        onBytes(chunk.length);
        controller.enqueue(Uint8Array.from(chunk));
      },
    }),
  );
  const bytes = new Uint8Array(await new Response(counted).arrayBuffer());
  const { data } = parseIdx(isGzip(bytes) ? await unpacked(bytes) : bytes);
  if (!(data instanceof Uint8Array)) throw new Error(`${url.pathname}: wanted are bytes.`);
  return data;
}

/** Some servers mark a .gz file as an encoding, so that the browser has unpacked it already. */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
