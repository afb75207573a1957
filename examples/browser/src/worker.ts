import { DEFAULT_BACKEND, OFFERED, openBackend } from './backends.js';
import { loadDigits, type Mnist } from './digits.js';
import type { FromWorker, State, ToWorker } from './messages.js';
import { Training } from './training.js';
import { nextTurn, Wishes } from './wishes.js';

/** How long training goes on between two looks at what the page wants, in milliseconds. */
const STRETCH = 60;
/** After how many steps there is a quick test, and how many test digits it skips for each that it takes. */
const TEST_EVERY = 100;
const TEST_STRIDE = 10;

/** All that the worker does, one thing after another: wishes come first, and training fills the time between them. */
class Service {
  #state: State = 'ready';
  #drawing: Float32Array | null = null;
  #tested = 0;
  #training: Training;
  readonly #mnist: Mnist;
  #backend: string;

  private constructor(mnist: Mnist, training: Training, backend: string) {
    this.#mnist = mnist;
    this.#training = training;
    this.#backend = backend;
  }

  static async open(folder: string): Promise<Service> {
    post({ kind: 'backends', offers: OFFERED, chosen: DEFAULT_BACKEND });
    const mnist = await loadDigits(folder, (bytes) => post({ kind: 'loading', bytes }));
    return new Service(mnist, await Training.open(openBackend(DEFAULT_BACKEND), mnist.training), DEFAULT_BACKEND);
  }

  async serve(wishes: Wishes<ToWorker>): Promise<never> {
    this.#enter('ready');
    for (;;) {
      for (const wish of this.#state === 'training' ? wishes.taken() : await wishes.some()) await this.#grant(wish);
      if (this.#state === 'training') await this.#train();
      await nextTurn();
    }
  }

  async #grant(wish: ToWorker): Promise<void> {
    switch (wish.kind) {
      case 'start':
        if (!this.#training.done) this.#enter('training');
        return;
      case 'pause':
        if (this.#state === 'training') this.#enter('paused');
        return;
      case 'restart':
        return this.#restart();
      case 'backend':
        this.#backend = wish.name;
        await this.#training.moveTo(openBackend(wish.name));
        this.#enter(this.#state);
        return this.#read();
      case 'draw':
        this.#drawing = wish.pixels;
        return this.#read();
      case 'example':
        return this.#example();
      case 'open':
        return;
    }
  }

  async #restart(): Promise<void> {
    this.#training.dispose();
    this.#training = await Training.open(openBackend(this.#backend), this.#mnist.training);
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
    if (this.#drawing) post({ kind: 'reading', probabilities: await this.#training.network.read(this.#drawing) });
  }

  #example(): void {
    const { test } = this.#mnist;
    const index = Math.floor(Math.random() * test.size);
    post({ kind: 'example', pixels: Float32Array.from(test.take([index]).x.data), label: test.label(index) });
  }

  #enter(state: State): void {
    this.#state = state;
    post({ kind: 'state', state, backend: this.#training.network.backend });
  }
}

function post(message: FromWorker): void {
  self.postMessage(message);
}

async function main(): Promise<void> {
  const wishes = new Wishes<ToWorker>();
  self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => wishes.add(data));
  const [first, ...others] = await wishes.some();
  if (first?.kind !== 'open') throw new Error(`The first message must be 'open', not '${first?.kind}'.`);
  for (const wish of others) wishes.add(wish);
  await (await Service.open(first.digits)).serve(wishes);
}

main().catch((error: unknown) => post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }));
