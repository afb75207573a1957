import { bindDim, DimExpression, namesOf } from '../tensor/dim.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import { type Shape, showShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

type Visit = (leaf: unknown) => unknown;

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function mapAttrs(value: unknown, visit: Visit): unknown {
  if (Array.isArray(value)) {
    const mapped = value.map((item) => mapAttrs(item, visit));
    return mapped.every((item, i) => item === value[i]) ? value : mapped;
  }
  if (!isPlain(value)) return visit(value);
  let changed = false;
  const mapped: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    mapped[key] = mapAttrs(item, visit);
    changed ||= mapped[key] !== item;
  }
  return changed ? mapped : value;
}

/** The attrs with numbers in the place of named dims, wherever they stand in them. */
export function bindAttrs<A>(attrs: A, bindings: Readonly<Record<string, number>>): A {
  return mapAttrs(attrs, (leaf) => (leaf instanceof DimExpression ? bindDim(leaf, bindings) : leaf)) as A;
}

/** The names of dims that stand in the attrs. */
export function namesIn(attrs: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  mapAttrs(attrs, (leaf) => {
    if (leaf instanceof DimExpression) for (const name of namesOf(leaf)) names.add(name);
    return leaf;
  });
  return names;
}

/** Gives every distinct object (a typed array by its content, a function by identity) a number, so that keys are exact and short. */
export class AttrKeys {
  readonly #objects = new WeakMap<object, number>();
  readonly #arrays = new Map<string, { readonly array: TypedArray; readonly id: number }[]>();
  #next = 0;

  /** Equal keys mean equal attrs: NaN, -0, long arrays and named dims are told apart exactly. */
  keyOf(value: unknown): string {
    switch (typeof value) {
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'string':
        return JSON.stringify(value);
      case 'undefined':
        return 'U';
      case 'boolean':
        return value ? 'T' : 'F';
      case 'function':
        return `@${this.#identity(value)}`;
      case 'object':
        return value === null ? 'null' : this.#keyOfObject(value);
      default:
        return String(value);
    }
  }

  #keyOfObject(value: object): string {
    if (value instanceof DimExpression) return `'${value.text}'`;
    if (Array.isArray(value)) return `[${value.map((item) => this.keyOf(item)).join()}]`;
    if (ArrayBuffer.isView(value)) return `#${this.#content(value as TypedArray)}`;
    if (isPlain(value))
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}:${this.keyOf(item)}`)
        .join()}}`;
    return `@${this.#identity(value)}`;
  }

  #identity(value: object): number {
    let id = this.#objects.get(value);
    if (id === undefined) {
      id = this.#next++;
      this.#objects.set(value, id);
    }
    return id;
  }

  #content(array: TypedArray): number {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    const bucket = `${array.constructor.name}:${array.length}:${hash}`;
    const candidates = this.#arrays.get(bucket) ?? [];
    const known = candidates.find((candidate) => sameBytes(candidate.array, bytes));
    if (known) return known.id;
    const id = this.#next++;
    this.#arrays.set(bucket, [...candidates, { array, id }]);
    return id;
  }
}

function sameBytes(array: TypedArray, bytes: Uint8Array): boolean {
  const other = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return other.length === bytes.length && other.every((byte, i) => byte === bytes[i]);
}

/** The attrs of a node that say more than its type does, as text; of a named leaf the name alone. */
export function detailsOf({ attrs, shape, dtype }: { attrs: unknown; shape: Shape; dtype: DType }): string[] {
  if (isPlain(attrs) && typeof attrs.name === 'string') return [attrs.name];
  return showAttrs(attrs).filter((text) => text !== `shape: ${showShape(shape)}` && text !== `dtype: ${dtype}`);
}

/** Attrs as short text for people: `axis: 1`, `shape: [2, 3]`. */
function showAttrs(attrs: unknown): string[] {
  if (!isPlain(attrs)) return [];
  return Object.entries(attrs)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${showAttr(value)}`);
}

function showAttr(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof DimExpression) return value.text;
  if (Array.isArray(value)) return `[${value.map(showAttr).join(', ')}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as TypedArray).length})`;
  if (typeof value === 'function') return 'function';
  if (value instanceof Tensor) return `Tensor ${value.dtype} [${value.shape.join(', ')}]`;
  if (isPlain(value)) return `{ ${showAttrs(value).join(', ')} }`;
  return String(value);
}
