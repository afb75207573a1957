import * as tapegrad from 'tapegrad';
import { type DType, evaluate, expand, Graph, grad, isFloat, type NestedArray, Node, type Tensor, toText } from 'tapegrad';
import type { Sample, Value, Whole } from './sample.js';

/** The results of an op, by the name that the op gives them; '' for a single one. */
export type Results = Readonly<Record<string, Node>>;

/** What a sample shows. */
export interface Shown {
  readonly operands: Readonly<Record<string, Tensor>>;
  readonly results: Readonly<Record<string, Tensor>>;
  /** The gradient of the sum of the result, by operand; empty where nothing carries one. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

function isWhole(value: Value | Whole): value is Whole {
  return typeof value === 'object' && 'whole' in value;
}

function constantsOf(graph: Graph, { operands }: Sample): Record<string, Node> {
  const constant = (value: Value | Whole): Node =>
    isWhole(value) ? graph.constant(value.whole as NestedArray, 'int32') : graph.constant(value as NestedArray);
  return Object.fromEntries(Object.entries(operands).map(([name, value]) => [name, constant(value)]));
}

/** Runs a call, as it is written, with every name that `tapegrad` exports. */
function call(text: string, graph: Graph, operands: Readonly<Record<string, Node>>): Results {
  const scope: Record<string, unknown> = { ...tapegrad, graph, ...operands };
  const result: unknown = new Function(...Object.keys(scope), `return ${text};`)(...Object.values(scope));
  if (result instanceof Node) return { '': result };
  if (Array.isArray(result)) return Object.fromEntries(result.map((node: Node, i) => [`${i}`, node]));
  return result as Results;
}

/** The values, and gradients, of a sample. */
export function show(sample: Sample): Shown {
  const graph = new Graph();
  const operands = constantsOf(graph, sample);
  const results = call(sample.call, graph, operands);
  const [name, ...others] = Object.keys(results);
  const single = others.length === 0 && name !== undefined ? results[name] : undefined;
  const floats = Object.entries(operands).filter(([, node]) => isFloat(node.dtype));
  const hasGradient = single && isFloat(single.dtype) && floats.length > 0;
  const slopes = hasGradient
    ? grad(
        tapegrad.sum(single),
        floats.map(([, node]) => node),
      )
    : [];
  const gradients = Object.fromEntries(slopes.map((slope, i) => [floats[i]![0], slope]));
  return { operands: evaluate(operands), results: evaluate(results), gradients: evaluate(gradients) };
}

/** The node of a sample's result, and what composites in it are made of, as text. */
export function definitionOf(sample: Sample): string {
  const graph = new Graph();
  const shapes = Object.entries(evaluate(constantsOf(new Graph(), sample)));
  const operands = Object.fromEntries(shapes.map(([name, { shape, dtype }]) => [name, graph.input(name, shape, dtype)]));
  const results = call(sample.call, graph, operands);
  const named = Object.fromEntries(Object.entries(results).map(([name, node]) => [name || 'result', node]));
  return toText(named, { expand: true }).replaceAll(/ +\(in \S+\)$/gm, '');
}

/** Is the result one node of this op, which is defined by others? */
export function isComposite(sample: Sample, name: string): boolean {
  const graph = new Graph();
  const results = Object.values(call(sample.call, graph, constantsOf(graph, sample)));
  const [node] = results;
  return results.length > 1 || node?.op.name !== name || expand([node], graph)[0] !== node;
}

/** The form of the op, as passes know it; null where it is written in several. */
export function kindOf(sample: Sample, name: string): string | null {
  const graph = new Graph();
  const results = Object.values(call(sample.call, graph, constantsOf(graph, sample)));
  return results.length === 1 && results[0]?.op.name === name ? results[0].op.kind : null;
}

/** The dtype of the result for each dtype that the operands may have; none for an op without operands of free dtype. */
export function dtypesOf(sample: Sample): ReadonlyMap<DType, DType> {
  const values = evaluate(constantsOf(new Graph(), sample));
  const found = new Map<DType, DType>();
  for (const dtype of tapegrad.DTYPES) {
    const graph = new Graph();
    const operands = Object.entries(values).map(([name, value]) => [
      name,
      graph.input(name, value.shape, isFloat(value.dtype) ? dtype : value.dtype),
    ]);
    const result = attempt(() => call(sample.call, graph, Object.fromEntries(operands)));
    if (result) found.set(dtype, Object.values(result)[0]!.dtype);
  }
  return found;
}

function attempt(build: () => Results): Results | null {
  try {
    return build();
  } catch (error) {
    if (error instanceof tapegrad.TapegradError) return null;
    throw error;
  }
}

/** A function of one number and its derivative, at these numbers, in float64. */
export function curvesOf(text: string, xs: readonly number[]): { value: readonly number[]; slope: readonly number[] } {
  const graph = new Graph({ dtype: 'float64' });
  const x = graph.input('x', [xs.length]);
  const y = call(text, graph, { x })['']!;
  const { value, slope } = evaluate({ value: y, slope: grad(tapegrad.sum(y), x) }, { x: xs });
  return { value: [...value.data] as number[], slope: [...slope.data] as number[] };
}
