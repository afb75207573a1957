import { type Backend, interpreter, wasm } from 'tapegrad';
import { type Adapter, webglAdapter, webgpuAdapter } from './adapters.js';
import type { Offered } from './messages.js';

interface Offer extends Offered {
  open(): Backend | Promise<Backend>;
}

/** The backends among which the page lets its user choose, as far as they are to be had here. */
export class Backends {
  readonly offers: readonly Offer[];

  private constructor(offers: readonly Offer[]) {
    this.offers = offers;
  }

  static async find(): Promise<Backends> {
    const threads = Math.min(navigator.hardwareConcurrency, 4);
    return new Backends([
      { name: 'js', label: 'js', about: 'plain JavaScript', open: async () => (await import('./plain.js')).js() },
      {
        name: 'wasm',
        label: threads > 1 ? `wasm, ${threads} threads` : 'wasm, threads',
        about: 'WebAssembly',
        ...withoutThreads(threads),
        open: () => wasm({ threads }),
      },
      { name: 'wasm:1', label: 'wasm, one thread', about: 'WebAssembly', open: () => wasm({ threads: 1 }) },
      onTensorFlow('webgl', 'WebGL', webglAdapter()),
      onTensorFlow('webgpu', 'WebGPU', await webgpuAdapter()),
      { name: 'interpreter', label: 'interpreter', about: 'no generated code; some seconds a step', open: () => interpreter() },
    ]);
  }

  /** The one to begin with: the fastest on a CPU. */
  get first(): string {
    return this.offers.find(({ name, missing }) => name === 'wasm' && !missing)?.name ?? 'wasm:1';
  }

  /** Opens one of them by its name. Throws where there is no such, or it cannot be loaded. */
  async open(name: string): Promise<Backend> {
    const offer = this.offers.find((each) => each.name === name);
    if (!offer) throw new Error(`There is no backend '${name}'; there are ${this.offers.map((each) => each.name).join(', ')}.`);
    return offer.open();
  }
}

function withoutThreads(threads: number): Pick<Offered, 'missing'> {
  if (threads < 2) return { missing: 'this machine has one core' };
  return crossOriginIsolated ? {} : { missing: 'this page is not cross-origin isolated, so that threads cannot share memory' };
}

function onTensorFlow(backend: 'webgl' | 'webgpu', title: string, found: Adapter | string): Offer {
  const open = async (): Promise<Backend> => (await loadTensorFlow()).openTensorFlow(backend);
  const offer = { name: `tfjs:${backend}`, label: `tfjs on ${title}`, about: 'TensorFlow.js', open };
  return typeof found === 'string' ? { ...offer, missing: found } : { ...offer, about: found.name, software: found.software };
}

/** Browsers remember that a module could not be loaded, so that asking once more is of no use. */
function loadTensorFlow(): Promise<typeof import('./tensorflow.js')> {
  return import('./tensorflow.js').catch((cause: unknown) => {
    throw new Error('TensorFlow.js could not be loaded. Reload the page to try again.', { cause });
  });
}
