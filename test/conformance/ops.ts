import { arrayOf, type DType, isFloat, jvp, type Node, reached, TapegradError, type Tensor, tensor, vjp } from '@tapegrad/core';
import { Graph } from 'tapegrad';
import { type Line, type SmoothLine, smoothLines } from '../ops/line.js';
import { table } from '../ops/table.js';

/** One way to use an op, of operands of one dtype: what it computes, and what it is fed. */
export interface Use {
  readonly op: string;
  readonly dtype: DType;
  readonly outputs: Readonly<Record<string, Node>>;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** Every line of the op table of every dtype that its op takes; with derivatives where it has them. */
export function usesOf(dtype: DType): Use[] {
  return table.flatMap((line) =>
    'value' in line ? valueUse(line, dtype) : smoothLines(line).flatMap((smooth) => smoothUse(smooth, dtype)),
  );
}

/** What an op refuses by its own rules, while the graph is built, is no use of it. */
function unlessRefused<T>(build: () => T): T | null {
  try {
    return build();
  } catch (error) {
    if (error instanceof TapegradError) return null;
    throw error;
  }
}

function smoothUse({ op, call, shapes, range = [-1, 1] }: SmoothLine, dtype: DType): Use[] {
  const graph = new Graph({ dtype: dtype === 'float64' ? 'float64' : 'float32' });
  const feeds: Record<string, Tensor> = {};
  const named = (name: string, bounds: readonly [number, number]): Node[] =>
    shapes.map((shape, i) => {
      feeds[`${name}${i}`] = values(shape, dtype, bounds, i);
      return graph.input(`${name}${i}`, shape, dtype);
    });
  const x = named('x', range);
  const y = unlessRefused(() => call(...x));
  if (!y) return [];
  if (!isFloat(dtype) || !isFloat(y.dtype)) return [{ op, dtype, outputs: { value: y }, feeds: only(feeds, 'x') }];
  const gradients = vjp([y], x, [graph.splat(1, y.shape, y.dtype)]);
  const [tangent] = jvp([y], x, named('v', [-1, 1])) as [Node];
  const outputs = { value: y, tangent, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])) };
  return [{ op, dtype, outputs, feeds }];
}

function only(feeds: Readonly<Record<string, Tensor>>, name: string): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).filter(([key]) => key.startsWith(name)));
}

/** A line without operands is of the dtype that its op reads, or makes. */
function valueUse(line: Extract<Line, { value: unknown }>, dtype: DType): Use[] {
  const graph = new Graph({ dtype: dtype === 'float64' ? 'float64' : 'float32' });
  const y = line.value(graph);
  const own = reached([y]).find((node) => node.op.name === line.op) ?? y;
  const [operand = own] = own.inputs;
  return operand.dtype === dtype ? [{ op: line.op, dtype, outputs: { value: y }, feeds: {} }] : [];
}

/** Numbers between two bounds, without ties where the dtype has room for that. */
function values(shape: readonly number[], dtype: DType, [low, high]: readonly [number, number], salt: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  const fractions = Array.from({ length }, (_, i) => (0.31 + 0.618034 * (i + 1) + 0.4142 * salt) % 1);
  const bytes = new ArrayBuffer(8 * length);
  const data = arrayOf(dtype, bytes, 0, length);
  if (isFloat(dtype)) data.set(fractions.map((fraction) => low + (high - low) * fraction));
  else data.set(fractions.map((fraction) => (dtype === 'bool' ? Math.round(fraction) : 1 + Math.floor(7 * fraction))));
  return tensor(data, { shape, dtype });
}
