import { FeedError } from '../errors.js';
import { type Bindings, bindDim, type Dim, DimExpression, namesOf } from '../tensor/dim.js';
import { type Shape, showShape } from '../tensor/shape.js';

/** What was fed to one input: its shape, or only a number of elements where a flat array was. */
export interface FedShape {
  readonly name: string;
  readonly shape: Shape;
  readonly fed: readonly number[] | number;
}

/** The sizes of names as they become known, and who said so. */
class Sizes {
  readonly known: Record<string, number> = {};
  readonly #by = new Map<string, string>();

  set(name: string, size: number, by: string): void {
    const before = this.#by.get(name);
    if (before !== undefined && this.known[name] !== size)
      throw new FeedError(`feeds: '${name}' is ${this.known[name]} by ${before} and ${size} by ${by}; they must agree.`);
    if (before !== undefined) return;
    this.known[name] = size;
    this.#by.set(name, by);
  }

  /** Reads a size off a dim that is a name, or that has one unknown name and is linear in it. */
  learn(d: Dim, size: number, by: string): void {
    if (typeof d === 'number') return;
    if (isName(d)) {
      this.set(d.text, size, by);
      return;
    }
    const unknown = this.unknown(d);
    const [name] = unknown;
    if (name === undefined || unknown.length > 1) return;
    const at = (value: number): number => bindDim(d, { ...this.known, [name]: value });
    const guess = (size - at(0)) / (at(1) - at(0));
    if (Number.isInteger(guess) && guess >= 0 && at(guess) === size) this.set(name, guess, by);
  }

  unknown(d: Dim): string[] {
    return [...namesOf(d)].filter((name) => !this.#by.has(name));
  }
}

/**
 * The sizes of names that feeds give, on top of `dims`. Shapes are read first, then flat arrays, whose length gives at most one name.
 * Throws `FeedError` where two feeds disagree.
 */
export function bindNames(feeds: readonly FedShape[], dims: Bindings): Bindings {
  const sizes = new Sizes();
  for (const [name, size] of Object.entries(dims)) sizes.set(name, size, 'dims');
  const shaped = feeds.filter((feed) => typeof feed.fed !== 'number');
  for (const plain of [true, false]) {
    for (const { name, shape, fed } of shaped) {
      if (shape.length !== (fed as readonly number[]).length) continue;
      shape.forEach((d, axis) => {
        if (isName(d) === plain) sizes.learn(d, (fed as readonly number[])[axis] as number, `'${name}'`);
      });
    }
  }
  for (const { name, shape, fed } of feeds) if (typeof fed === 'number') learnFlat(sizes, name, shape, fed);
  return sizes.known;
}

function learnFlat(sizes: Sizes, name: string, shape: Shape, length: number): void {
  const open = shape.filter((d) => sizes.unknown(d).length > 0);
  const [d] = open;
  if (d === undefined) return;
  if (open.length > 1)
    throw new FeedError(
      `feeds: '${name}' is a flat array, whose length cannot give ${open.map(String).join(' and ')} of ${showShape(shape)}. Feed a tensor.`,
    );
  const rest = shape.reduce<number>((product, other) => (other === d ? product : product * bindDim(other, sizes.known)), 1);
  const size = length / rest;
  if (!Number.isInteger(size))
    throw new FeedError(
      rest === 0
        ? `feeds: '${name}' has no elements, which leaves '${d}' of ${showShape(shape)} open. Give its size as dims.`
        : `feeds: '${name}' has ${length} elements, no multiple of ${rest}, as ${showShape(shape)} needs.`,
    );
  sizes.learn(d, size, `'${name}'`);
}

function isName(d: Dim): d is DimExpression {
  return d instanceof DimExpression && namesOf(d).has(d.text);
}

/** The shape with sizes put for names. Throws `FeedError` where a name has none, or where a size comes out negative. */
export function boundShape(shape: Shape, bindings: Bindings): readonly number[] {
  const sizes = shape.map((d) => {
    checkBound([...namesOf(d)], bindings);
    return bindDim(d, bindings);
  });
  const wrong = sizes.findIndex((size) => size < 0);
  if (wrong >= 0) throw new FeedError(`feeds: '${shape[wrong]}' comes out as ${sizes[wrong]}; sizes are at least 0.`);
  return sizes;
}

function noSize(name: string): string {
  return `'${name}' has no size: feed an input that has it, or give dims: { ${name}: … }.`;
}

/** Throws `FeedError` where one of `names` has no size. */
export function checkBound(names: readonly string[], bindings: Bindings): void {
  const open = names.find((name) => !Object.hasOwn(bindings, name));
  if (open !== undefined) throw new FeedError(`feeds: ${noSize(open)}`);
}
