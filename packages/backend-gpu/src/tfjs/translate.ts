import { runnerOf } from '@tapegrad/backend-cpu';
import {
  arrayOf,
  BackendError,
  bytesOf,
  countOf,
  Index,
  interpreter,
  kernelOf,
  loopOf,
  type Node,
  type Slot,
  type Tape,
  type TypedArray,
} from '@tapegrad/core';
import type { Calls, Value } from './calls.js';
import { blocksOf, scattered } from './dynamic.js';
import { Expressions, Unspeakable } from './expressions.js';
import { type Stored, wholeOf } from './load.js';
import { stored } from './named.js';
import { reshaped } from './shaping.js';
import type { DeviceType } from './tensorflow.js';
import { WHOLE } from './whole.js';

/** Where the value of a slot is: on the device, in this process, or in both. */
interface Place {
  stored?: Stored;
  here?: number;
}

/** What a tape is in steps: values of its outputs, and new ones of states, on the device or (by id) in this process. */
export interface Translation {
  readonly outputs: readonly (Value | number)[];
  readonly updates: ReadonlyMap<string, Value | number>;
}

/** Says a tape of single ops in calls of kernels. */
export class Translator {
  readonly #calls: Calls;
  readonly #hosted: (node: Node) => boolean;
  readonly #places = new Map<Node, Place>();
  /** What cannot be said, by the op that needs it. */
  readonly #misses = new Map<string, string>();

  constructor(calls: Calls, hosted: (node: Node) => boolean) {
    this.#calls = calls;
    this.#hosted = hosted;
  }

  /** Throws one `BackendError` with all that the device lacks. */
  translate(tape: Tape, backend: string): Translation {
    for (const { name, node } of tape.inputs) this.#places.set(node, { here: this.#calls.input(name) });
    for (const { name, slot, node } of tape.states) this.#places.set(node, this.#state(name, slot));
    for (const { node, place } of tape.slots)
      if (place.kind === 'constant') this.#places.set(node, this.#data(node, place.values));
    const updates = new Map<string, Value | number>();
    for (const { kind, reads, writes } of tape.instructions) {
      const [{ node, place }] = writes as [Slot];
      const source = kind === 'copy' ? reads[0]!.node : node;
      if (place.kind === 'state') updates.set(place.name, this.#result(source));
      else this.#places.set(node, this.#place(source));
    }
    const outputs = tape.outputs.map(({ node }) => this.#result(node));
    this.#refuse(backend);
    return { outputs, updates };
  }

  #refuse(backend: string): void {
    const misses = [...this.#misses].map(([op, why]) => `${op} (${why})`);
    const kernels = [...this.#calls.missing].map((kernel) => `the kernel ${kernel}`);
    const all = [...misses, ...kernels];
    if (all.length === 0) return;
    throw new BackendError(
      `the backend '${backend}' cannot run this program: it lacks ${all.join('; ')}. Choose another backend.`,
    );
  }

  #place(node: Node): Place {
    let place = this.#places.get(node);
    if (!place) {
      place = this.#compute(node);
      this.#places.set(node, place);
    }
    return place;
  }

  /** A whole value of its own, for whoever asked for it. */
  #result(node: Node): Value | number {
    const { here, stored } = this.#place(node);
    return stored ? this.#calls.own(wholeOf(this.#calls, stored)) : here!;
  }

  #state(name: string, { node, shape }: Slot): Place {
    if (this.#hosted(node)) return { here: this.#calls.stateHere(name) };
    return { stored: { value: this.#calls.state(name, { shape, dtype: node.dtype as DeviceType }), shape } };
  }

  #data(node: Node, values: TypedArray): Place {
    const shape = node.shape as readonly number[];
    if (this.#hosted(node)) return { here: this.#calls.hosted([], () => values) };
    return {
      stored: { value: this.#calls.literal(`data ${node.id}`, { shape, dtype: node.dtype as DeviceType }, () => values), shape },
    };
  }

  #compute(node: Node): Place {
    if (this.#hosted(node)) return { here: this.#host(node) };
    const shape = node.shape as readonly number[];
    if (countOf(shape) === 0) return { stored: { value: this.#calls.full(0, node.dtype as DeviceType, shape), shape } };
    try {
      const value = this.#whole(node);
      return { stored: value ? { value, shape } : this.#vectorised(node) };
    } catch (error) {
      if (!(error instanceof Unspeakable)) throw error;
      this.#misses.set(node.op.name, error.message);
      return { stored: { value: this.#calls.full(0, node.dtype as DeviceType, shape), shape } };
    }
  }

  #whole(node: Node): Value | null {
    const whole = WHOLE[node.op.name];
    if (!whole) return null;
    const inputs = node.inputs.map((x) => wholeOf(this.#calls, this.#stored(x)));
    return whole(this.#calls, node, inputs);
  }

  #vectorised(node: Node): Stored {
    const { loop, buffers } = loopOf(node);
    const shape = node.shape as readonly number[];
    const expressions = new Expressions(this.#calls, loop.axes, (buffer) => this.#stored(buffers[buffer]!));
    const [store] = loop.stores(loop.axes.map(Index.axis));
    const value = expressions.value(store!.value);
    if (!store!.accumulate) return { value: stored(this.#calls, value, loop.axes, shape), shape };
    const blocks = blocksOf(this.#calls, store!.address, expressions.indexValue);
    const flat = scattered(this.#calls, value, blocks, loop.axes, countOf(shape));
    return { value: reshaped(this.#calls, flat, shape), shape };
  }

  /** The value on the device, sent there where it is here. */
  #stored(node: Node): Stored {
    const place = this.#place(node);
    const shape = node.shape as readonly number[];
    place.stored ??= { value: this.#calls.upload(place.here!, { shape, dtype: node.dtype as DeviceType }), shape };
    return place.stored;
  }

  /** The value in this process, fetched where it is on the device. */
  #here(node: Node): number {
    const place = this.#place(node);
    place.here ??= this.#calls.download(wholeOf(this.#calls, place.stored!));
    return place.here;
  }

  #host(node: Node): number {
    const { kernel, buffers } = kernelOf(node, interpreter().target);
    const run = runnerOf(kernel);
    const inputs = buffers.filter((buffer) => buffer !== node);
    const { dtype } = node;
    const length = countOf(node.shape);
    return this.#calls.hosted(
      inputs.map((input) => this.#here(input)),
      (arrays) => {
        const result = arrayOf(dtype, new ArrayBuffer(length * bytesOf(dtype)), 0, length);
        let next = 0;
        run(buffers.map((buffer) => (buffer === node ? result : arrays[next++]!)));
        return result;
      },
    );
  }
}
