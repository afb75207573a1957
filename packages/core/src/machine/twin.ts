import { bindAttrs } from '../graph/attrs.js';
import { Graph } from '../graph/graph.js';
import { type DataAttrs, dataOp, isConstant, isInput } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached, replay } from '../graph/replay.js';
import { compileTape } from '../tape/compile.js';
import type { Bindings } from '../tensor/dim.js';
import { Tensor } from '../tensor/tensor.js';
import { evaluate } from './evaluate.js';
import { type Feeds, readFeeds } from './feeds.js';
import { interpreter } from './interpreter.js';
import { loadAtOnce } from './run-at-once.js';

/** Values of `inputs` to those of the results. */
type Compute = (values: readonly Float64Array[]) => Float64Array[];

/** Some nodes in float64 as functions of `inputs`, all other leaves being fixed. */
export interface Twin {
  /** The values that the inputs have in the graph. */
  readonly points: readonly Tensor[];
  /** Compiles results, by position. */
  compute(results: readonly number[]): Compute;
}

/** Copies nodes into a graph of float64. Dims get the sizes of the feeds, states their first values; `inputs` become variables. */
export function twinOf(nodes: readonly Node[], inputs: readonly Node[], feeds: Feeds): Twin {
  const variables = new Set(inputs);
  const needed = reached([...nodes, ...inputs], (node) => variables.has(node));
  const leaves = needed.filter((node) => variables.has(node) || (node.op.kind === 'leaf' && node.op !== dataOp));
  const values = evaluate(Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf])), feeds);
  const bindings = bindingsOf([...nodes, ...inputs], feeds);
  const into = new Graph({ dtype: 'float64' });
  const placed = new Map<Node, Node>();
  for (const leaf of leaves) {
    const value = widened(values[leaf.id]!);
    placed.set(leaf, variables.has(leaf) ? into.input(`%${leaf.id}`, value.shape, 'float64') : into.constant(value));
  }
  const copies = replay([...nodes, ...inputs], into, (node, made) => placed.get(node) ?? copy(node, made, into, bindings));
  return {
    points: inputs.map((node) => widened(values[node.id]!)),
    compute: (results) =>
      compile(
        results.map((i) => copies[i]!),
        inputs.map((node) => `%${node.id}`),
      ),
  };
}

function bindingsOf(nodes: readonly Node[], feeds: Feeds): Bindings {
  return readFeeds(feeds, reached(nodes).filter(isInput), nodes[0]!.graph, {}).bindings;
}

function widened(value: Tensor): Tensor {
  return value.dtype === 'float32' ? value.cast('float64') : value;
}

/** The same op on wider numbers: float32 is only named by attrs that are called `dtype`. */
function copy(node: Node, inputs: readonly Node[], into: Graph, bindings: Bindings): Node {
  const attrs = bindAttrs(node.attrs, bindings);
  if (node.op === dataOp) {
    const { dtype, shape, data } = attrs as DataAttrs;
    return into.constant(widened(Tensor.wrap(dtype, shape as readonly number[], data)));
  }
  const wide = isFloat32(attrs) ? { ...attrs, dtype: 'float64' as const } : attrs;
  if (!isConstant(node)) return into.append(node.op, inputs, wide);
  const { value, shape, dtype } = wide as typeof node.attrs;
  return into.splat(value, shape, dtype);
}

function isFloat32(attrs: unknown): attrs is { readonly dtype: 'float32' } {
  return typeof attrs === 'object' && attrs !== null && 'dtype' in attrs && attrs.dtype === 'float32';
}

function compile(results: readonly Node[], names: readonly string[]): Compute {
  const backend = interpreter();
  const outputs = Object.fromEntries(results.map((node, i) => [i, node]));
  const tape = compileTape(outputs, [], { target: backend.target, backendName: backend.name });
  const executable = loadAtOnce(backend.open(), tape);
  return (values) => {
    tape.inputs.forEach(({ name }, i) => {
      executable.inputs[i]!.set(values[names.indexOf(name)]!);
    });
    executable.execute();
    return tape.outputs.map((_, i) => Float64Array.from(executable.outputs[i]!));
  };
}
