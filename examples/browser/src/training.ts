import { type Backend, batches } from 'tapegrad';
import type { Digits } from './digits.js';
import type { Progress } from './messages.js';
import { Network } from './network.js';

const BATCH = 128;
const EPOCHS = 3;
/** The stretches over which the speed is a mean. */
const STRETCHES = 10;

/** One training of a network, from the first step to the last, in stretches of time. */
export class Training {
  readonly of: number;
  #steps = 0;
  #network: Network;
  readonly #digits: Digits;
  readonly #order: Iterator<ArrayLike<number>>;
  #stretches: { readonly steps: number; readonly milliseconds: number }[] = [];

  private constructor(network: Network, digits: Digits) {
    this.of = stepsOf(digits);
    this.#network = network;
    this.#digits = digits;
    this.#order = orderOf(digits);
  }

  static async open(backend: Backend, digits: Digits): Promise<Training> {
    return new Training(await Network.open(backend, stepsOf(digits)), digits);
  }

  get network(): Network {
    return this.#network;
  }

  get steps(): number {
    return this.#steps;
  }

  get done(): boolean {
    return this.#steps === this.of;
  }

  /** Takes steps for about so long, at least one unless all are done. */
  async advance(milliseconds: number): Promise<Progress> {
    const [losses, accuracies]: [number[], number[]] = [[], []];
    const start = performance.now();
    do {
      const next = this.#order.next();
      if (next.done) break;
      const { loss, accuracy } = await this.#network.learn(this.#digits.take(next.value));
      losses.push(loss);
      accuracies.push(accuracy);
    } while (performance.now() - start < milliseconds);
    this.#steps += losses.length;
    const stepsPerSecond = this.#speed(losses.length, performance.now() - start);
    return { steps: this.#steps, of: this.of, losses, accuracies, stepsPerSecond };
  }

  /** Goes on where it is on another backend: with the same weights, and the same digits to come. */
  async moveTo(backend: Backend): Promise<void> {
    const network = await Network.open(backend, this.of, await this.#network.save());
    this.#network.dispose();
    this.#network = network;
    this.#stretches = [];
  }

  dispose(): void {
    this.#network.dispose();
  }

  /** The first stretch counts only as long as there is no other: much is compiled when it first runs. */
  #speed(steps: number, milliseconds: number): number {
    this.#stretches = [...this.#stretches, { steps, milliseconds }].slice(-STRETCHES - 1);
    const counted = this.#stretches.length > 1 ? this.#stretches.slice(1) : this.#stretches;
    const sum = (of: 'steps' | 'milliseconds'): number => counted.reduce((total, stretch) => total + stretch[of], 0);
    return (1000 * sum('steps')) / sum('milliseconds');
  }
}

function stepsOf(digits: Digits): number {
  return EPOCHS * Math.ceil(digits.size / BATCH);
}

/** The digits of each step: every epoch has all, in an order of its own, the same as in the MNIST job. */
function* orderOf(digits: Digits): Generator<ArrayLike<number>, void, void> {
  const index = Int32Array.from({ length: digits.size }, (_, i) => i);
  const data = batches({ index }, { batchSize: BATCH, shuffle: true });
  for (let epoch = 0; epoch < EPOCHS; epoch++) for (const batch of data.epoch(epoch)) yield batch.index.data;
}
