import { countOf, type TypedArray } from '@tapegrad/core';
import type { Tried } from './flaws.js';
import { keyOf } from './keys.js';
import type { Attributes, DeviceType } from './tensorflow.js';

/** The shape and dtype of a value on the device. */
export interface Type {
  readonly shape: readonly number[];
  readonly dtype: DeviceType;
}

/** A value on the device, which some step makes. */
export interface Value extends Type {
  readonly id: number;
  /** The same in every run. */
  readonly constant: boolean;
}

/** Values by the names that a kernel gives its operands. */
export type Operands = Readonly<Record<string, Value>>;

/** A call of one of TensorFlow's kernels. */
export interface Call extends Type {
  readonly kind: 'call';
  readonly kernel: string;
  readonly operands: readonly (readonly [name: string, id: number])[];
  readonly attributes: Attributes;
  /** Which of the kernel's results is kept; the others are freed. */
  readonly result: number;
  readonly makes: number;
}

/** Sends to the device what `of`, a value in this process, holds. */
interface Upload extends Type {
  readonly kind: 'upload';
  readonly of: number;
  readonly makes: number;
}

/** Fetches `of` from the device into this process. */
interface Download {
  readonly kind: 'download';
  readonly of: number;
  readonly makes: number;
}

/** Computes in this process, on the arrays of values that are here. */
interface Hosted {
  readonly kind: 'hosted';
  readonly run: (inputs: readonly TypedArray[]) => TypedArray;
  readonly of: readonly number[];
  readonly makes: number;
}

/** What a run is fed. */
interface Input {
  readonly kind: 'input';
  readonly name: string;
  readonly makes: number;
}

/** A state's value at the start of a run, which stays the session's: on the device as a tensor of this type, or in this process. */
interface State {
  readonly kind: 'state';
  readonly name: string;
  readonly type: Type | null;
  readonly makes: number;
}

/** Values that the program holds. */
interface Literal extends Type {
  readonly kind: 'literal';
  readonly values: TypedArray;
  readonly makes: number;
}

/** One thing that a run does. */
export type Step = Call | Upload | Download | Hosted | Input | State | Literal;

/** The values that a step reads. */
export function readsOf(step: Step): readonly number[] {
  switch (step.kind) {
    case 'call':
      return step.operands.map(([, id]) => id);
    case 'hosted':
      return step.of;
    case 'upload':
    case 'download':
      return [step.of];
    default:
      return [];
  }
}

/** Writes down steps, equal ones once. What does not depend on a run is marked constant, to be done once. */
export class Calls {
  readonly steps: Step[] = [];
  /** Kernels that are needed and missing. */
  readonly missing = new Set<string>();
  readonly #hasKernel: (name: string) => boolean;
  /** What kernels of this device get wrong. */
  readonly #flaws: ReadonlySet<string>;
  readonly #known = new Map<string, Value>();
  readonly #literals = new Map<string, Value>();
  readonly #constant = new Set<number>();
  #values = 0;

  constructor(hasKernel: (name: string) => boolean, flaws: ReadonlySet<string>) {
    this.#hasKernel = hasKernel;
    this.#flaws = flaws;
  }

  /** Does the device do right by one of what `findFlaws` has tried? */
  does(tried: Tried): boolean {
    return !this.#flaws.has(tried);
  }

  has(kernel: string): boolean {
    return this.#hasKernel(kernel);
  }

  call(kernel: string, operands: Operands, type: Type, attributes: Attributes = {}, result = 0): Value {
    const list = Object.entries(operands).map(([name, { id }]) => [name, id] as const);
    const key = `${kernel}#${result}(${list.map(([name, id]) => `${name}:${id}`).join()})${keyOf(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (!this.#hasKernel(kernel)) this.missing.add(kernel);
    const constant = Object.values(operands).every((operand) => operand.constant);
    const value = this.#make(type, constant);
    this.steps.push({ kind: 'call', ...type, kernel, operands: list, attributes, result, makes: value.id });
    this.#known.set(key, value);
    return value;
  }

  /** Values that the program holds; those of equal keys are one. */
  literal(key: string, type: Type, values: () => TypedArray): Value {
    const whole = `${key}|${type.dtype}|${type.shape}`;
    let value = this.#literals.get(whole);
    if (!value) {
      value = this.#make(type, true);
      this.steps.push({ kind: 'literal', ...type, values: values(), makes: value.id });
      this.#literals.set(whole, value);
    }
    return value;
  }

  /** One number everywhere in a shape, or as a scalar. */
  full(number: number, dtype: DeviceType, shape: readonly number[] = []): Value {
    const length = countOf(shape);
    const array = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
    const name = Object.is(number, -0) ? '-0' : `${number}`;
    return this.literal(`full ${name}`, { shape, dtype }, () => new array(length).fill(number));
  }

  /** A state on the device. */
  state(name: string, type: Type): Value {
    const value = this.#make(type, false);
    this.steps.push({ kind: 'state', name, type, makes: value.id });
    return value;
  }

  /** A state in this process. */
  stateHere(name: string): number {
    const makes = this.#values++;
    this.steps.push({ kind: 'state', name, type: null, makes });
    return makes;
  }

  /** What a run is fed, in this process. */
  input(name: string): number {
    const makes = this.#values++;
    this.steps.push({ kind: 'input', name, makes });
    return makes;
  }

  hosted(of: readonly number[], run: Hosted['run']): number {
    const makes = this.#values++;
    this.steps.push({ kind: 'hosted', of, run, makes });
    return makes;
  }

  upload(of: number, type: Type): Value {
    const value = this.#make(type, false);
    this.steps.push({ kind: 'upload', ...type, of, makes: value.id });
    return value;
  }

  download({ id }: Value): number {
    const makes = this.#values++;
    this.steps.push({ kind: 'download', of: id, makes });
    return makes;
  }

  /** The same values in a tensor that nobody else has. */
  own(x: Value): Value {
    const value = this.#make(x, false);
    const operands = [['x', x.id]] as const;
    const { shape, dtype } = x;
    this.steps.push({ kind: 'call', shape, dtype, kernel: 'Identity', operands, attributes: {}, result: 0, makes: value.id });
    return value;
  }

  /** Is a value the same in every run? */
  readonly isConstant = (id: number): boolean => this.#constant.has(id);

  #make({ shape, dtype }: Type, constant: boolean): Value {
    const id = this.#values++;
    if (constant) this.#constant.add(id);
    return { id, shape, dtype, constant };
  }
}
