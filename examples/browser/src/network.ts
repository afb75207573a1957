import { type Backend, type Node, type Program, TapeMachine, Tensor } from 'tapegrad';
import { descend } from '../../src/mnist/descent.js';
import { buildModel, PIXELS } from '../../src/mnist/model.js';
import type { Digits } from './digits.js';

const HIDDEN = [128];
/** Digits read at a time in a test. */
const TESTED = 250;

interface Programs {
  readonly step: Program<{ readonly loss: Node; readonly accuracy: Node }>;
  readonly judge: Program<{ readonly accuracy: Node }>;
  readonly read: Program<{ readonly probabilities: Node }>;
}

/** The model of the MNIST job on a machine of its own, with the programs that train, test and ask it. */
export class Network {
  readonly #machine: TapeMachine;
  readonly #programs: Programs;

  private constructor(machine: TapeMachine, programs: Programs) {
    this.#machine = machine;
    this.#programs = programs;
  }

  /** A new network that `steps` steps will train, or one that goes on from what another one saved. */
  static async open(backend: Backend, steps: number, saved?: Uint8Array): Promise<Network> {
    const model = buildModel(HIDDEN);
    const { graph, loss, accuracy, probabilities } = model;
    const machine = new TapeMachine(graph, { backend, seed: 0 });
    const updates = descend(model, { steps });
    try {
      const step = await machine.compile({ loss, accuracy }, { updates });
      const judge = await machine.compile({ accuracy });
      const read = await machine.compile({ probabilities });
      if (saved) machine.load(saved);
      return new Network(machine, { step, judge, read });
    } catch (error) {
      machine.dispose();
      throw error;
    }
  }

  /** Learns from some digits. Returns the loss and the accuracy on them before that. */
  async learn(digits: ReturnType<Digits['take']>): Promise<{ loss: number; accuracy: number }> {
    const { loss, accuracy } = await this.#programs.step.run(digits);
    return { loss: Number(loss.item()), accuracy: Number(accuracy.item()) };
  }

  /** The part of every `stride`-th digit that is read rightly. */
  async test(digits: Digits, stride: number): Promise<{ accuracy: number; digits: number }> {
    const chosen = Array.from({ length: Math.ceil(digits.size / stride) }, (_, i) => i * stride);
    let right = 0;
    for (let i = 0; i < chosen.length; i += TESTED) {
      const some = digits.take(chosen.slice(i, i + TESTED));
      right += Number((await this.#programs.judge.run(some)).accuracy.item()) * some.y.size;
    }
    return { accuracy: right / chosen.length, digits: chosen.length };
  }

  /** How probable the network finds each of the ten digits. */
  async read(pixels: Float32Array): Promise<number[]> {
    const { probabilities } = await this.#programs.read.run({ x: Tensor.wrap('float32', [1, PIXELS], pixels) });
    return Array.from(probabilities.data);
  }

  /** All state, optimiser included, for a network on another backend. */
  save(): Promise<Uint8Array> {
    return this.#machine.saveAsync();
  }

  dispose(): void {
    this.#machine.dispose();
  }
}
