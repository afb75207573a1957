import { type DType, MachineError, type Node, type Session, type Tape, type TypedArray } from '@tapegrad/core';
import type { Device } from './device.js';
import { type StateStore, TextureExecutable } from './executable.js';
import type { Kernels } from './kernels.js';
import { release, type Values } from './values.js';

/** What the sessions of one GPU share. */
export interface Opened {
  readonly device: Device;
  readonly kernels: Kernels;
}

/** Hands out the GPU, and takes it back. */
export interface DeviceShare {
  open(): Promise<Opened>;
  close(opened: Opened): Promise<void>;
}

/** A state: in this process until a program needs it, and as textures from then on. */
interface Held {
  readonly dtype: DType;
  readonly length: number;
  readonly host: TypedArray | null;
  readonly values: Values | null;
}

/** The state of one machine, and the programs that work on it. */
export class TextureSession implements Session, StateStore {
  /** gpu.js makes textures of its own, as they are needed. */
  readonly scratchBytes = 0;
  readonly #share: DeviceShare;
  readonly #hosted: (node: Node) => boolean;
  readonly #states = new Map<string, Held>();
  readonly #programs = new Set<TextureExecutable>();
  #opened: Opened | null = null;

  constructor(share: DeviceShare, hosted: (node: Node) => boolean) {
    this.#share = share;
    this.#hosted = hosted;
  }

  /** What it runs on, once it is known. */
  get device(): string | null {
    return this.#opened?.device.name ?? null;
  }

  async load(tape: Tape): Promise<TextureExecutable> {
    this.#opened ??= await this.#share.open();
    const program = new TextureExecutable({ ...this.#opened, states: this, hosted: this.#hosted }, tape);
    program.rehearse();
    this.#programs.add(program);
    return program;
  }

  write(name: string, dtype: DType, values: TypedArray): void {
    this.#release(name);
    this.#states.set(name, { dtype, length: values.length, host: values.slice(), values: null });
  }

  read(name: string): TypedArray {
    const { host, values, dtype, length } = this.#held(name);
    return host ? host.slice() : this.#opened!.device.download(values!, dtype, length);
  }

  valuesOf(name: string): Values {
    const held = this.#held(name);
    if (held.values) return held.values;
    const values = this.#opened!.device.upload(held.host!);
    this.#states.set(name, { ...held, host: null, values });
    return values;
  }

  replace(name: string, values: Values): void {
    const held = this.#held(name);
    this.#release(name);
    this.#states.set(name, { ...held, host: null, values });
  }

  dispose(): void {
    const opened = this.#opened;
    if (!opened) return;
    if (!opened.device.isLost) {
      for (const program of this.#programs) program.dispose();
      for (const name of this.#states.keys()) this.#release(name);
    }
    this.#states.clear();
    this.#opened = null;
    void this.#share.close(opened);
  }

  #release(name: string): void {
    release(this.#states.get(name)?.values);
  }

  #held(name: string): Held {
    const held = this.#states.get(name);
    if (held) return held;
    throw new MachineError(`The state '${name}' is not on this machine.`);
  }
}
