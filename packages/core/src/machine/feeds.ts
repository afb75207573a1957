import { FeedError, TapegradError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { type InputAttrs, isInput } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Bindings } from '../tensor/dim.js';
import { arrayOf, type DType, dtypeOfArray, exactIn, type TypedArray, widens } from '../tensor/dtype.js';
import { type Shape, showShape } from '../tensor/shape.js';
import { readTensor, Tensor, type TensorLike } from '../tensor/tensor.js';
import { bindNames, boundShape } from './names.js';

/**
 * Values for the inputs of a run, by name: a tensor, a number, a boolean, nested arrays, or a flat typed array with as many elements as the
 * input's shape has.
 */
export type Feeds = Readonly<Record<string, TensorLike>>;

/** A feed in the dtype of its input. A flat array has no shape of its own. */
export interface Fed {
  readonly values: TypedArray;
  readonly shape: readonly number[] | null;
}

/** `value` in the dtype of `input`; not copied where it has it already. Throws `FeedError` where it would be narrowed or is no value. */
export function readFeed(input: Node<InputAttrs>, value: TensorLike): Fed {
  const label = `feeds: '${input.attrs.name}'`;
  const { dtype } = input;
  refuseNarrowing(label, input, value);
  try {
    const { data, shape } = readTensor(value, dtype, label);
    return { values: data, shape: ArrayBuffer.isView(value) ? null : shape };
  } catch (error) {
    if (error instanceof TapegradError) throw new FeedError(error.message, { cause: error });
    throw error;
  }
}

function refuseNarrowing(label: string, { dtype }: Node, value: TensorLike): void {
  const array = ArrayBuffer.isView(value);
  const own = value instanceof Tensor ? value.dtype : array ? dtypeOfArray(value) : null;
  if (own === null || widens(own, dtype)) return;
  const cure = array ? `${arrayOf(dtype, 0).constructor.name}.from(…)` : `tensor.cast('${dtype}')`;
  throw new FeedError(`${label} wants ${dtype} and was fed ${own}, which does not widen to it. Convert it: ${cure}.`);
}

/** Checks the shape of a feed. A flat array fits any shape of its length. */
export function checkShape(input: Node<InputAttrs>, fed: Fed, shape: readonly number[], length: number): void {
  const own = fed.shape;
  if (own === null ? fed.values.length === length : own.length === shape.length && own.every((size, i) => size === shape[i]))
    return;
  throw unfit(input, fed, shape);
}

function unfit(input: Node<InputAttrs>, fed: Fed, shape: Shape): FeedError {
  const got = fed.shape ? `shape ${showShape(fed.shape)}` : `${fed.values.length} elements`;
  const stated = showShape(input.shape) === showShape(shape) ? '' : `, as ${showShape(input.shape)} is here`;
  return new FeedError(`feeds: '${input.attrs.name}' has ${got}; it must have ${showShape(shape)}${stated}.`);
}

/**
 * Checks names: every input of `needed` is fed, and nothing is that is no input of the graph. Other inputs of the graph may be fed: they
 * can give sizes to names. One `FeedError` lists all that is wrong.
 */
export function checkNames(feeds: Feeds, needed: readonly Node<InputAttrs>[], graph: Graph): void {
  const missing = needed.filter((input) => !Object.hasOwn(feeds, input.attrs.name) || feeds[input.attrs.name] === undefined);
  const unknown = Object.keys(feeds).filter((name) => inputNamed(name, graph) === null);
  if (missing.length === 0 && unknown.length === 0) return;
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`missing ${missing.map(showInput).join(', ')}.`);
  if (unknown.length > 0) {
    const names = needed.map((input) => `'${input.attrs.name}'`).join(', ');
    const have = names === '' ? 'nothing is to be fed' : `to be fed are ${names}`;
    parts.push(`${parts.length > 0 ? 'Unknown' : 'unknown'} ${unknown.map((name) => `'${name}'`).join(', ')}: ${have}.`);
  }
  throw new FeedError(`feeds: ${parts.join(' ')}`);
}

function inputNamed(name: string, graph: Graph): Node<InputAttrs> | null {
  const node = graph.named(name);
  return node && isInput(node) ? node : null;
}

function showInput({ attrs: { name }, dtype, shape }: Node<InputAttrs>): string {
  return `'${name}' ${dtype} ${showShape(shape)}`;
}

/** Feeds in the dtypes of their inputs, with the sizes that they give to names. */
export interface ReadFeeds {
  readonly bindings: Bindings;
  readonly fed: ReadonlyMap<string, Fed>;
}

/** Reads and checks all feeds against inputs whose shapes may have names. Nothing is copied that need not be. */
export function readFeeds(feeds: Feeds, needed: readonly Node<InputAttrs>[], graph: Graph, dims: Bindings): ReadFeeds {
  checkNames(feeds, needed, graph);
  const read = Object.entries(feeds).flatMap(([name, value]) => {
    const input = inputNamed(name, graph);
    return value === undefined || !input ? [] : [{ name, input, fed: readFeed(input, value) }];
  });
  for (const { input, fed } of read)
    if (fed.shape && fed.shape.length !== input.shape.length) throw unfit(input, fed, input.shape);
  const bindings = bindNames(
    read.map(({ name, input, fed }) => ({ name, shape: input.shape, fed: fed.shape ?? fed.values.length })),
    dims,
  );
  for (const { input, fed } of read) {
    const shape = boundShape(input.shape, bindings);
    checkShape(
      input,
      fed,
      shape,
      shape.reduce((a, b) => a * b, 1),
    );
  }
  return { bindings, fed: new Map(read.map(({ name, fed }) => [name, fed])) };
}

/** Writes what is fed to one input of known shape into memory; made once, used by every run. */
export class FeedWriter {
  readonly name: string;
  readonly input: Node<InputAttrs>;
  readonly #dtype: DType;
  readonly #shape: readonly number[];
  readonly #length: number;
  readonly #scalar: boolean;

  constructor(input: Node<InputAttrs>, shape: readonly number[]) {
    this.name = input.attrs.name;
    this.input = input;
    this.#dtype = input.dtype;
    this.#shape = shape;
    this.#length = shape.reduce((a, b) => a * b, 1);
    this.#scalar = shape.length === 0;
  }

  /** Copies a feed, checked, into `target`. */
  write(value: TensorLike, target: TypedArray): void {
    if (typeof value === 'number' && this.#scalar && this.#holds(value)) {
      target[0] = value;
      return;
    }
    const fed = readFeed(this.input, value);
    checkShape(this.input, fed, this.#shape, this.#length);
    target.set(fed.values);
  }

  /** Memory for what is fed. */
  allocate(): TypedArray {
    return arrayOf(this.#dtype, this.#length);
  }

  /** Can this number be stored as it is? A fraction that float32 rounds can. */
  #holds(value: number): boolean {
    return exactIn(value, this.#dtype) || (this.#dtype === 'float32' && !Number.isInteger(value) && Math.abs(value) < 2 ** 24);
  }
}
