import {
  add,
  composite,
  type Dim,
  type Node,
  type Operand,
  quoteDim,
  reshapeTo,
  type Shape,
  ShapeError,
  sameDim,
  showShape,
  withOp,
} from '@tapegrad/core';
import { type AxisPair, backInto, contract } from './contract.js';

/**
 * Matrix product of the last two axes; leading axes are batch axes and broadcast. An operand of one axis is a row on the left and a
 * column on the right, and that axis is gone from the result.
 *
 * Shapes: `[…, m, k]` times `[…, k, n]` gives `[…, m, n]`. Dtypes promote; dims may be names.
 * Throws `ShapeError` where an operand has no axes, the inner axes differ, or the leading ones do not broadcast.
 * Adjoints: Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
 *
 * @formula Y = A·B
 * @derivative Ā = Ȳ·Bᵀ, B̄ = Aᵀ·Ȳ, summed over batch axes that broadcast
 * @example
 * const y = matmul(x, w); // [32, 784] times [784, 10] gives [32, 10]
 */
export const matmul = composite<[Node, Node]>('matmul', {
  define: (a, b) => {
    checkMatrices(a, b);
    const inner: AxisPair = [-1, b.shape.length === 1 ? 0 : -2];
    if (a.shape.length < 3 || b.shape.length < 3) return contractPlain(a, b, inner);
    const { pairs, first, second } = alignBatch(a, b);
    const batch = pairs.map(({ of }) => of).filter((pair) => pair !== null);
    return restore(contract(first, second, { batch, contracted: [inner] }), pairs);
  },
});

function fail(message: string): never {
  throw new ShapeError(`matmul: ${message}`, { op: 'matmul' });
}

function checkMatrices({ shape: a }: Node, { shape: b }: Node): void {
  const scalar = a.length === 0 || b.length === 0;
  if (scalar) fail(`shapes ${showShape(a)} and ${showShape(b)}: a scalar has no axis to multiply along. Use mul.`);
  const [m, n] = [a.at(-1)!, b.at(b.length === 1 ? 0 : -2)!];
  if (sameDim(m, n)) return;
  fail(`inner axes differ: ${showShape(a)} times ${showShape(b)}. ${quoteDim(m)} must equal ${quoteDim(n)}.`);
}

/** At most one operand has leading axes, so none is shared: they are free, and a weight's gradient sums over them in one contraction. */
function contractPlain(a: Node, b: Node, inner: AxisPair): Node {
  const y = contract(a, b, { contracted: [inner] });
  const lead = a.shape.length === 1 || b.shape.length < 3 ? 0 : b.shape.length - 2;
  if (lead === 0) return y;
  // The free axes of [m, k] stand before the leading ones of [batch…, k, n].
  return backInto(y, [lead, ...Array.from({ length: lead }, (_, i) => i), lead + 1]);
}

/** What one leading axis of the result is: a pair of axes, or an axis that only `first` or only `second` has. */
interface Leading {
  readonly of: AxisPair | null;
  readonly owner: 'both' | 'first' | 'second';
}

/** Pairs the leading axes from the right. An axis of size 1 that meets a larger one is dropped, and so is no broadcast but a free axis. */
function alignBatch(a: Node, b: Node): { pairs: Leading[]; first: Node; second: Node } {
  const [leadA, leadB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const rank = Math.max(leadA.length, leadB.length);
  const owners = Array.from({ length: rank }, (_, i) => ownerOf(leadA, leadB, i - rank));
  const keptA = owners.flatMap((owner, i) => (owner === 'second' ? [] : [leadA.at(i - rank)!]));
  const keptB = owners.flatMap((owner, i) => (owner === 'first' ? [] : [leadB.at(i - rank)!]));
  let [i, j] = [0, 0];
  const pairs = owners.map((owner): Leading => {
    const [atA, atB] = [owner === 'second' ? i : i++, owner === 'first' ? j : j++];
    return { of: owner === 'both' ? [atA, atB] : null, owner };
  });
  return {
    pairs,
    first: reshapeTo(a, [...keptA, ...a.shape.slice(-2)]),
    second: reshapeTo(b, [...keptB, ...b.shape.slice(-2)]),
  };
}

function ownerOf(a: Shape, b: Shape, at: number): Leading['owner'] {
  const [m, n]: (Dim | undefined)[] = [a.at(at), b.at(at)];
  if (n === undefined || (m !== undefined && !sameDim(m, 1) && sameDim(n, 1))) return 'first';
  if (m === undefined || (sameDim(m, 1) && !sameDim(n, 1))) return 'second';
  if (sameDim(m, n)) return 'both';
  return fail(`leading axes ${showShape(a)} and ${showShape(b)} do not broadcast: ${quoteDim(m)} and ${quoteDim(n)} differ.`);
}

/** Brings `[shared…, first…, m, second…, n]`, which a contraction gives, into the order of the leading axes. */
function restore(y: Node, pairs: readonly Leading[]): Node {
  const rank = y.shape.length;
  const positions = (owner: Leading['owner']): number[] => pairs.flatMap((pair, i) => (pair.owner === owner ? [i] : []));
  return backInto(y, [...positions('both'), ...positions('first'), rank - 2, ...positions('second'), rank - 1]);
}

/**
 * Inner product of two vectors of one length: `[n]` and `[n]` give a scalar. Throws `ShapeError` for other ranks; see `matmul`.
 *
 * @formula y = Σᵢ aᵢ·bᵢ
 * @derivative ā = ȳ·b, b̄ = ȳ·a
 * @example
 * const squared = dot(v, v);
 */
export const dot = composite<[Node, Node]>('dot', {
  define: (a, b) => {
    if (a.shape.length !== 1 || b.shape.length !== 1 || !sameDim(a.shape[0]!, b.shape[0]!)) {
      throw new ShapeError(
        `dot: takes two vectors of one length, not ${showShape(a.shape)} and ${showShape(b.shape)}. matmul multiplies matrices.`,
        { op: 'dot' },
      );
    }
    return contract(a, b, { contracted: [[0, 0]] });
  },
});

/**
 * Outer product of two vectors: `[m]` and `[n]` give `[m, n]`. Throws `ShapeError` for other ranks.
 *
 * @formula yᵢⱼ = aᵢ·bⱼ
 * @derivative ā = Ȳ·b, b̄ = Ȳᵀ·a
 * @example
 * const table = outer(rows, columns);
 */
export const outer = composite<[Node, Node]>('outer', {
  define: (a, b) => {
    if (a.shape.length !== 1 || b.shape.length !== 1) {
      throw new ShapeError(`outer: takes two vectors, not ${showShape(a.shape)} and ${showShape(b.shape)}. Reshape them first.`, {
        op: 'outer',
      });
    }
    return contract(a, b);
  },
});

const linearProduct = composite<[Node, Node]>('linear', {
  define: (x, w) => {
    if (w.shape.length !== 2 || x.shape.length === 0 || !sameDim(x.shape.at(-1)!, w.shape[1]!)) {
      throw new ShapeError(
        `linear: takes x […, inputs] and w [outputs, inputs], not ${showShape(x.shape)} and ${showShape(w.shape)}.`,
        { op: 'linear' },
      );
    }
    return contract(x, w, { contracted: [[-1, 1]] });
  },
});

/**
 * A dense layer, `x·wᵀ + b`: x is `[…, inputs]`, w `[outputs, inputs]`, b, if given, `[outputs]`; the result is `[…, outputs]`.
 * Throws `ShapeError` where they do not fit.
 *
 * @formula Y = X·Wᵀ + b
 * @derivative X̄ = Ȳ·W, W̄ = Ȳᵀ·X, b̄ = Σ ȳ over all axes but the last
 * @example
 * const hidden = relu(linear(x, w, b));
 */
export const linear = withOp(linearProduct, (x: Operand, w: Operand, b?: Operand): Node => {
  const y = linearProduct(x, w);
  return b === undefined ? y : add(y, b);
});
