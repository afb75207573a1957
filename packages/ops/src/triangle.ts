import {
  graphOf,
  linear,
  type Node,
  nodeOf,
  type Op,
  type Operand,
  optionsOf,
  ShapeError,
  showShape,
  withOp,
} from '@tapegrad/core';

interface Attrs {
  /** Which side of diagonal `k` stays, that diagonal included; k counts upwards from the main diagonal. */
  readonly side: 'lower' | 'upper';
  readonly k: number;
}

/** Which diagonal bounds a triangle. */
export interface TriangleOptions {
  /** The diagonal that bounds what stays: 0, the main one, unless said; positive ones are above it. */
  readonly k?: number;
}

const triangleOp: Op<Attrs> = linear<Attrs>('triangle', {
  kind: 'guarded',
  shape: ([x]) => x!.shape,
  adjoint: (node, g) => g.graph.append(triangleOp, [g], node.attrs) as Node,
  lower: (k) => {
    const { side, k: diagonal } = k.attrs;
    const [rows, columns] = [k.shape.at(-2)!, k.shape.at(-1)!];
    const above = k.at.at(-1)!.minus(k.at.at(-2)!);
    const low = side === 'lower' ? Math.min(-rows, diagonal) : diagonal;
    const high = side === 'lower' ? diagonal + 1 : Math.max(columns, diagonal + 1);
    return k.guard([[above, low, high]], () => k.load(0, k.at), 0);
  },
}).op;

function triangle(name: string, x: Operand, side: Attrs['side'], options: TriangleOptions | undefined): Node {
  const { k } = optionsOf(name, options, { k: 0 });
  const node = nodeOf(x, graphOf(name, [x]));
  if (node.shape.length < 2 || !Number.isInteger(k)) {
    throw new ShapeError(`${name}: takes matrices and a whole number k, not ${showShape(node.shape)} and ${k}.`, {
      op: name,
    });
  }
  return node.graph.append(triangleOp, [node], { side, k }) as Node;
}

/**
 * The lower triangle of the last two axes, zeros above diagonal `k`. Same shape and dtype out. Throws `ShapeError` below two axes.
 *
 * @formula yᵢⱼ = xᵢⱼ for j − i ≤ k, else 0
 * @derivative the same triangle of ȳ
 * @example
 * const causal = tril(scores);
 */
export const tril = withOp(triangleOp, (x: Operand, options?: TriangleOptions): Node => triangle('tril', x, 'lower', options));

/**
 * The upper triangle of the last two axes, zeros below diagonal `k`. Same shape and dtype out. Throws `ShapeError` below two axes.
 *
 * @formula yᵢⱼ = xᵢⱼ for j − i ≥ k, else 0
 * @derivative the same triangle of ȳ
 * @example
 * const strictlyUpper = triu(x, { k: 1 });
 */
export const triu = withOp(triangleOp, (x: Operand, options?: TriangleOptions): Node => triangle('triu', x, 'upper', options));
