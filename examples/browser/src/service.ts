import { Backends } from './backends.js';
import { loadDigits, type Mnist } from './digits.js';
import type { FromWorker, State, ToWorker } from './messages.js';
import { Training } from './training.js';
import { nextTurn, type Wishes } from './wishes.js';

/** How long training goes on between two looks at what the page wants, in milliseconds. */
const STRETCH = 60;
/** After how many steps there is a quick test, and how many test digits it skips for each that it takes. */
const TEST_EVERY = 100;
const TEST_STRIDE = 10;

/** All that the worker does, one thing after another: wishes come first, and training fills the time between them. */
export class Service {
  #state: State = 'ready';
  #drawing: Float32Array | null = null;
  #tested = 0;
  #backend: string;
  #training: Training;
  readonly #mnist: Mnist;
  readonly #backends: Backends;

  private constructor(mnist: Mnist, backends: Backends, training: Training) {
    this.#mnist = mnist;
    this.#backends = backends;
    this.#training = training;
    this.#backend = backends.first;
  }

  static async open(folder: string): Promise<Service> {
    const loading = loadDigits(folder, (bytes) => post({ kind: 'loading', bytes }));
    const [backends, mnist] = await Promise.all([Backends.find(), loading]);
    post({ kind: 'backends', offers: backends.offers.map(({ open: _, ...offered }) => offered) });
    return new Service(mnist, backends, await Training.open(await backends.open(backends.first), mnist.training));
  }

  async serve(wishes: Wishes<ToWorker>): Promise<never> {
    this.#enter('ready');
    for (;;) {
      for (const wish of this.#state === 'training' ? wishes.taken() : await wishes.some())
        await this.#try(() => this.#grant(wish));
      if (this.#state === 'training') await this.#try(() => this.#train());
      await nextTurn();
    }
  }

  /** What fails on a backend ends the training there; the page may choose another. */
  async #try(act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (error) {
      post({ kind: 'trouble', message: `It failed: ${messageOf(error)}` });
      this.#enter('stopped');
    }
  }

  #grant(wish: ToWorker): Promise<void> | void {
    switch (wish.kind) {
      case 'start':
        if (this.#state === 'ready' || this.#state === 'paused') this.#enter('training');
        return;
      case 'pause':
        if (this.#state === 'training') this.#enter('paused');
        return;
      case 'restart':
        return this.#begin(this.#backend);
      case 'backend':
        return this.#choose(wish.name);
      case 'draw':
        this.#drawing = wish.pixels;
        return this.#read();
      case 'example':
        return this.#example();
      case 'open':
        return;
    }
  }

  /** Goes on with another backend, or begins anew on it where there is nothing to go on with. */
  async #choose(name: string): Promise<void> {
    if (this.#state === 'stopped') return this.#begin(name);
    try {
      await this.#training.moveTo(await this.#backends.open(name));
      this.#backend = name;
    } catch (error) {
      post({ kind: 'trouble', message: `The change of backends failed: ${messageOf(error)}` });
    }
    this.#enter(this.#state);
    await this.#read();
  }

  async #begin(name: string): Promise<void> {
    const training = await Training.open(await this.#backends.open(name), this.#mnist.training);
    this.#training.dispose();
    this.#training = training;
    this.#backend = name;
    this.#tested = 0;
    post({ kind: 'restarted' });
    this.#enter('training');
    await this.#read();
  }

  async #train(): Promise<void> {
    const training = this.#training;
    post({ kind: 'progress', ...(await training.advance(STRETCH)) });
    await this.#read();
    if (training.done) {
      await this.#test(1);
      this.#enter('done');
    } else if (training.steps - this.#tested >= TEST_EVERY) {
      await this.#test(TEST_STRIDE);
    }
  }

  async #test(stride: number): Promise<void> {
    const { network, steps } = this.#training;
    this.#tested = steps;
    post({ kind: 'tested', steps, ...(await network.test(this.#mnist.test, stride)) });
  }

  async #read(): Promise<void> {
    if (!this.#drawing || this.#state === 'stopped') return;
    post({ kind: 'reading', probabilities: await this.#training.network.read(this.#drawing) });
  }

  #example(): void {
    const { test } = this.#mnist;
    const index = Math.floor(Math.random() * test.size);
    post({ kind: 'example', pixels: Float32Array.from(test.take([index]).x.data), label: test.label(index) });
  }

  #enter(state: State): void {
    this.#state = state;
    post({ kind: 'state', state, backend: this.#backend });
  }
}

/** Tells the page something. */
export function post(message: FromWorker): void {
  self.postMessage(message);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
