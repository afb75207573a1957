import { Frame, type Surroundings, sizesOf } from '../src/fusion/frame.js';
import type { Node } from '../src/graph/node.js';
import { reached } from '../src/graph/replay.js';
import { Builder, combiningOp, type Expr, identityOf } from '../src/loops/expression.js';
import { flatten, Index } from '../src/loops/indices.js';
import { scalarFunction } from '../src/loops/scalar.js';
import { arrayOf, type TypedArray } from '../src/tensor/dtype.js';
import { countOf } from '../src/tensor/shape.js';

/**
 * Evaluates nodes one by one, element by element, straight from their lowerings: slow, and independent of fusion, placement and planning.
 * Leaves, holes too, are given as plain numbers. Dims must be numbers.
 */
export function valuesOf(roots: readonly Node[], leaves: ReadonlyMap<Node, readonly number[]>): number[][] {
  const buffers: TypedArray[] = [];
  const numbers = new Map<Node, number>();
  for (const node of reached(roots, (each) => leaves.has(each))) {
    numbers.set(node, buffers.length);
    const given = leaves.get(node) ?? (node.attrs as { data?: TypedArray } | undefined)?.data;
    const array = arrayOf(node.dtype, countOf(node.shape));
    if (given) array.set(given);
    else compute(node, array, numbers, buffers);
    buffers.push(array);
  }
  return roots.map((root) => [...buffers[numbers.get(root)!]!]);
}

function compute(node: Node, array: TypedArray, numbers: ReadonlyMap<Node, number>, buffers: readonly TypedArray[]): void {
  const builder = new Builder();
  const around: Surroundings = {
    builder,
    load: (x, at) => builder.load(numbers.get(x)!, x.dtype, flatten(at, sizesOf(x))),
    recurrence: () => {
      throw new Error('no recurrences here');
    },
  };
  const axes = sizesOf(node).map((extent, i) => ({ key: `p${i}`, extent }));
  const value = node.op.lower!(new Frame(node, axes.map(Index.axis), around));
  let next = 0;
  overAll(axes, new Map(), (at) => {
    array[next++] = numberAt(value, at, buffers);
  });
}

type Axes = readonly { readonly key: string; readonly extent: number }[];

function overAll([axis, ...rest]: Axes, at: ReadonlyMap<string, number>, visit: (at: ReadonlyMap<string, number>) => void): void {
  if (!axis) {
    visit(at);
    return;
  }
  for (let i = 0; i < axis.extent; i++) overAll(rest, new Map([...at, [axis.key, i]]), visit);
}

function numberAt(expr: Expr, at: ReadonlyMap<string, number>, buffers: readonly TypedArray[]): number {
  const { is, dtype } = expr;
  const value = (inner: Expr): number => numberAt(inner, at, buffers);
  const place = (index: Index): number => index.evaluate(at, (inner) => value(inner as Expr));
  switch (is.kind) {
    case 'constant':
      return is.value;
    case 'index':
      return place(is.index);
    case 'load':
      return buffers[is.buffer]![place(is.address)]!;
    case 'scalar': {
      const argTypes = is.args.map((arg) => arg.dtype);
      return scalarFunction(is.op, dtype, argTypes)(...is.args.map(value));
    }
    case 'guard':
      return is.conditions.every(([index, low, high]) => place(index) >= low && place(index) < high)
        ? value(is.body)
        : is.otherwise;
    case 'reduce': {
      const combine = scalarFunction(combiningOp(is.combine), dtype, [dtype, dtype]);
      let total = identityOf(is.combine, dtype);
      overAll(is.axes, at, (inner) => {
        total = combine(total, numberAt(is.body, inner, buffers));
      });
      return total;
    }
    case 'recurrence':
      throw new Error('no recurrences here');
  }
}
