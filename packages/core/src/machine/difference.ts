import { type Node, nameOfNode, usersNode } from '../graph/node.js';
import { type DType, isFloat, type TypedArray } from '../tensor/dtype.js';
import { inspect } from '../tensor/print.js';
import { showShape } from '../tensor/shape.js';
import { indexOf } from './watch.js';

interface Found {
  /** As it was computed, in numbers. */
  readonly node: Node;
  readonly at: readonly number[];
  readonly ulps: number;
  /** The element that differs most, on either backend. */
  readonly values: readonly [number, number];
  readonly backends: readonly [string, string];
}

/** Where two backends disagree about one op given the same operands. Prints in a sentence. */
export class Difference {
  /** The user's node. */
  readonly node: Node;
  /** The index of the element that differs most. */
  readonly at: readonly number[];
  /**
   * By how many units in the last place: of the element, or of the mean size of the result or, for what is no op of single elements, of an
   * operand, where that is more.
   */
  readonly ulps: number;
  readonly values: readonly [number, number];
  readonly #found: Found;

  constructor(found: Found) {
    this.node = usersNode(found.node);
    this.at = found.at;
    this.ulps = found.ulps;
    this.values = found.values;
    this.#found = found;
  }

  toString(): string {
    const { node, at, ulps, values, backends } = this.#found;
    const shape = node.shape as readonly number[];
    const where = at.length === 0 ? '' : ` at ${showShape(at)} of ${showShape(shape)}`;
    const by = Number.isFinite(ulps) ? `${Math.ceil(ulps)} ulp` : 'what is no number of ulp';
    const { site } = node.origin;
    const line = site?.location ? ` (${site.location})` : '';
    return `diff: ${nameOfNode(node)} differs by ${by}${where}: ${values[0]} on ${backends[0]}, ${values[1]} on ${backends[1]}, given the same operands.${line}`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Two results of a node, and the operands that they are of. */
export interface Pair {
  readonly results: readonly [TypedArray, TypedArray];
  readonly operands: readonly TypedArray[];
}

/** The element in which two results of a node differ most; null where they are the same. */
export function differenceOf(node: Node, { results, operands }: Pair, backends: Found['backends']): Difference | null {
  const [first, second] = results;
  // A sum is as exact as its terms are large, however little is left of them.
  const terms = node.op.kind === 'pointwise' ? [] : operands;
  const scale = Math.max(...[first, ...terms].map(meanSize));
  const unitOf = isFloat(node.dtype) ? floatUnits(scale, node.dtype) : () => 1;
  let ulps = 0;
  let worst = -1;
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i]!, second[i]!];
    if (Object.is(a, b) || a === b) continue;
    const error = Math.abs(a - b) / unitOf(Math.max(Math.abs(a), Math.abs(b)));
    const apart = Number.isNaN(error) ? Infinity : error;
    if (apart <= ulps) continue;
    ulps = apart;
    worst = i;
  }
  if (worst < 0) return null;
  const at = indexOf(worst, node.shape as readonly number[]);
  return new Difference({ node, at, ulps, values: [first[worst]!, second[worst]!], backends });
}

/** The mean absolute value of what is finite. */
function meanSize(values: TypedArray): number {
  const finite = Array.from(values, Math.abs).filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value / finite.length, 0);
}

/** The unit in the last place of a size, or of `scale` where that is more: what cancels has no digits to compare. */
function floatUnits(scale: number, dtype: DType): (size: number) => number {
  const [digits, least] = dtype === 'float64' ? [52, -1022] : [23, -126];
  return (size) => 2 ** (Math.max(Math.floor(Math.log2(Math.max(size, scale))), least) - digits);
}
