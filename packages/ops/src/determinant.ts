import {
  add,
  asPublic,
  broadcastTo,
  countOf,
  general,
  mul,
  type Node,
  type Op,
  type Operand,
  type Procedure,
  reshapeTo,
  sum,
  type Value,
  withOp,
} from '@tapegrad/core';
import { solveBy, triangularFactors } from './solve.js';
import { epsilonOf, largest, Matrix } from './support/decomposition.js';
import { floats } from './support/dtypes.js';
import { batchOf, identityLike, squareMatricesOf } from './support/matrices.js';

interface DeterminantRules {
  /** The value of no pivots. */
  readonly start: number;
  /** The value with one pivot more; `exchanged` says whether its row was exchanged with another. */
  readonly next: (value: Value, pivot: Value, exchanged: Value) => Value;
  readonly gradient: ((node: Node) => Node) | null;
}

/** A number for each matrix that is read off the pivots of its triangular factors, the second input. */
function ofPivots(name: string, { start, next, gradient }: DeterminantRules): Op<undefined> {
  return general<undefined>(name, {
    kind: 'procedure',
    cost: 100,
    dtype: floats(name),
    shape: ([a]) => batchOf(a!),
    jvp: (node, [da]) => (da && gradient ? sum(mul(gradient(node as Node), da), { axis: [-2, -1] }) : null),
    procedure: (p: Procedure, { inputs: [a], dtype }) => {
      const n = a!.shape.at(-1) as number;
      const each = (k: Value): void => {
        const factors = new Matrix(p, { buffer: 1, dtype, start: k.mul((n + 1) * n), columns: n });
        const value = p.variable(p.literal(start, dtype));
        p.for(n, (j) => {
          const exchanged = factors.get(p.literal(n), j).cast('int32').ne(j);
          value.set(next(value.value, factors.get(j, j), exchanged));
        });
        p.store(2, k, value.value);
      };
      p.for(countOf(batchOf(a!)), each, { parallel: true });
    },
  }).op;
}

const detOp: Op<undefined> = ofPivots('det', {
  start: 1,
  next: (value, pivot, exchanged) => value.mul(exchanged.select(pivot.apply('neg'), pivot)),
  gradient: (node) => cofactors(node),
});

const logAbsDetOp: Op<undefined> = ofPivots('logAbsDet', {
  start: 0,
  next: (value, pivot) => value.add(pivot.apply('abs').apply('log')),
  gradient: ({ inputs: [a, factors] }) => inverseTransposed(a!, factors!),
});

const signOfDetOp: Op<undefined> = ofPivots('signOfDet', {
  start: 1,
  next: (value, pivot, exchanged) => {
    const direction = pivot.apply('sign');
    // Adding 0 makes 0 of -0.
    return value.mul(exchanged.select(direction.apply('neg'), direction)).add(0);
  },
  gradient: null,
});

function inverseTransposed(a: Node, factors: Node): Node {
  const identity = broadcastTo(identityLike(a), a.shape);
  return solveBy(a, factors, identity, { transpose: true });
}

interface LiftAttrs {
  /** What stands for a pivot of 0, as a part of the greatest pivot. */
  readonly distance: number;
}

const liftedOp: Op<LiftAttrs> = general<LiftAttrs>('liftedFactors', {
  kind: 'procedure',
  cost: 10,
  shape: ([factors]) => factors!.shape,
  jvp: () => null,
  procedure: (p, { shape, dtype, attrs: { distance } }) => {
    const n = shape.at(-1) as number;
    const each = (k: Value): void => {
      const start = k.mul((n + 1) * n);
      const factors = new Matrix(p, { buffer: 0, dtype, start, columns: n });
      const moved = new Matrix(p, { buffer: 1, dtype, start, columns: n });
      const greatest = largest(p, [0, n], p.literal(0, dtype), (i) => factors.get(i, i));
      const scale = greatest.eq(0).select(p.literal(1, dtype), greatest);
      p.for(n + 1, (i) => p.for(n, (j) => moved.set(i, j, factors.get(i, j))), { parallel: true });
      p.for(n, (i) => {
        const isZero = factors
          .get(i, i)
          .apply('abs')
          .le(scale.mul(n * epsilonOf(dtype)));
        p.if(isZero, () => moved.set(i, i, scale.mul(distance)));
      });
    };
    p.for(countOf(shape.slice(0, -2)), each, { parallel: true });
  },
}).op;

/**
 * The derivative of a determinant: det(A)·A⁻ᵀ. Pivots that are 0 within rounding become a small d, and the results for d and -d are averaged:
 * cofactors are polynomials, so that is exact to d² even where A has no inverse, and the second derivative is right there too.
 */
function cofactors({ op, inputs }: Node): Node {
  const [a, factors] = inputs as [Node, Node];
  const by = (moved: Node): Node => {
    const value = a.graph.append(op, [a, moved], undefined) as Node;
    return mul(reshapeTo(value, [...value.shape, 1, 1]), inverseTransposed(a, moved));
  };
  if (factors.op === liftedOp) return by(factors);
  const lifted = (distance: number): Node => a.graph.append(liftedOp, [factors], { distance }) as Node;
  const distance = Math.cbrt(epsilonOf(a.dtype));
  return mul(add(by(lifted(distance)), by(lifted(-distance))), 0.5);
}

function factored(op: string, a: Operand): readonly [a: Node, factors: Node] {
  const node = squareMatricesOf(op, a);
  return [node, triangularFactors(node)];
}

/**
 * The determinants of square matrices: `[…, n, n]` gives `[…]`. For large matrices it soon overflows or vanishes: see `slogdet`. First and
 * second derivatives are right for singular matrices too, the first within the cube root of the precision squared.
 *
 * Throws `ShapeError` for what is not square, `DtypeError` for what is no float.
 * Derivative: Jacobi's formula; Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
 * differentiation", 2008.
 *
 * @formula y = det A
 * @derivative Ā = ȳ · det(A) · A⁻ᵀ
 * @example
 * const volume = abs(det(edges));
 */
export const det = withOp(detOp, (a: Operand): Node => {
  const inputs = factored('det', a);
  return inputs[0].graph.append(detOp, inputs, undefined) as Node;
});

/**
 * The determinants of square matrices `[…, n, n]` as two nodes of shape `[…]`: their sign, -1, 0 or 1, and the logarithm of their magnitude,
 * which neither overflows nor vanishes; it is -Infinity for a singular matrix, and its derivative, the inverse, infinite or NaN.
 *
 * Throws `ShapeError` for what is not square, `DtypeError` for what is no float.
 *
 * @formula sign = sign(det A), logAbsDet = log |det A|
 * @derivative ∂logAbsDet/∂A = A⁻ᵀ, ∂sign/∂A = 0
 * @example
 * const { logAbsDet } = slogdet(covariance);
 */
export const slogdet = asPublic('slogdet', (a: Operand): { sign: Node; logAbsDet: Node } => {
  const inputs = factored('slogdet', a);
  const { graph } = inputs[0];
  return {
    sign: graph.append(signOfDetOp, inputs, undefined) as Node,
    logAbsDet: graph.append(logAbsDetOp, inputs, undefined) as Node,
  };
});
