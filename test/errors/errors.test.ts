import * as tapegrad from 'tapegrad';
import { Graph, grad, hessian, jacobian, jvp, TapeMachine, vjp } from 'tapegrad';
import { describe, expect, it } from 'vitest';

const { DerivativeError, DtypeError, FeedError, GraphError, OptionError, ShapeError, TapegradError } = tapegrad;

const graph = new Graph();
const x = graph.input('x', [2, 3]);
const vector = graph.input('vector', [2]);
const images = graph.input('images', ['batch', 1, 28, 28]);
const rows = graph.input('rows', ['rows', 3]);
const named = graph.input('named', ['batch', 3]);
const labels = graph.input('labels', [2], 'int32');
const mask = graph.input('mask', [2, 3], 'bool');
const stranger = new Graph().input('stranger', [2, 3]);
const loss = graph.sum(graph.mul(x, x));

type ErrorClass = abstract new (...args: never[]) => Error;
type Line = readonly [what: string, error: ErrorClass, provoke: () => unknown, message: string];

/** The error, and its message without the place of the call, which must stand at its end. */
function thrownBy(provoke: () => unknown): { error: unknown; text: string } {
  try {
    provoke();
  } catch (error) {
    const message = /^(.*) \(errors\.test\.ts:\d+\)$/s.exec((error as Error).message);
    return { error, text: message?.[1] ?? `without a place: ${(error as Error).message}` };
  }
  return { error: null, text: 'nothing was thrown' };
}

const shapes: readonly Line[] = [
  [
    'inner axes',
    ShapeError,
    () => graph.matmul(graph.input('a', [32, 784]), graph.input('b', [100, 10])),
    'matmul: inner axes differ: [32, 784] times [100, 10]. 784 must equal 100.',
  ],
  [
    'broadcasting',
    ShapeError,
    () => graph.add(x, vector),
    'add: shapes [2, 3] and [2] do not broadcast: counted from the right, 3 and 2 differ and neither is 1.',
  ],
  ['two names', ShapeError, () => graph.add(named, rows), "add: 'batch' and 'rows' differ; give both inputs the same name."],
  [
    'a name and a number',
    ShapeError,
    () => graph.add(named, x),
    "add: 'batch' and 2 differ: a name never equals a number. Give both inputs 'batch', or both 2.",
  ],
  [
    'broadcastTo',
    ShapeError,
    () => graph.broadcastTo(x, [3, 2]),
    'broadcastTo: shapes [2, 3] and [3, 2] do not broadcast: counted from the right, 2 and 3 differ and neither is 1.',
  ],
  ['reshape', ShapeError, () => graph.reshape(x, [4, -1]), 'reshape: [2, 3] does not fit [4, -1]: 6 is no multiple of 4.'],
  [
    'two unknown sizes',
    ShapeError,
    () => graph.reshape(x, [-1, -1]),
    'reshape: [-1, -1] has 2 axes of -1: only one can follow from the rest.',
  ],
  ['an axis beyond', ShapeError, () => graph.sum(x, { axis: 2 }), 'sum: there is no axis 2 in rank 2: axes go from -2 to 1.'],
  ['an axis twice', ShapeError, () => graph.sum(x, { axis: [0, -2] }), 'sum: axes [0, -2] name axis 0 twice.'],
  [
    'transpose',
    ShapeError,
    () => graph.transpose(x, [0, 0]),
    'transpose: axes [0, 0] do not reorder [2, 3]. Name each of its 2 axes once.',
  ],
  [
    'concat',
    ShapeError,
    () => graph.concat([x, graph.input('c', [2, 4])], { axis: 0 }),
    'concat: shapes [2, 3] and [2, 4] differ beside axis 0.',
  ],
  ['slice', ShapeError, () => graph.slice(x, [[], [], []]), 'slice: 3 ranges for [2, 3]: give at most one per axis.'],
  [
    'a step of 0',
    ShapeError,
    () => graph.slice(x, [[0, 1, 0]]),
    'slice: axis 0 has step 0; a step is a whole number other than 0.',
  ],
  [
    'max of nothing',
    ShapeError,
    () => graph.max(graph.input('empty', [0, 3]), { axis: 0 }),
    'max: axis 0 of [0, 3] has no elements, and there is no max of nothing.',
  ],
  [
    'channels',
    ShapeError,
    () => graph.conv2d(images, graph.input('k', [4, 3, 3, 3])),
    'conv2d: the kernel [4, 3, 3, 3] takes 3 channels, but each of 1 groups of [batch, 1, 28, 28] has 1.',
  ],
  [
    'a named image',
    ShapeError,
    () => graph.conv2d(graph.input('wide', [1, 1, 'h', 28]), graph.input('k2', [4, 1, 3, 3])),
    "conv2d: needs a number where 'h' is given. Give this axis a fixed size.",
  ],
  [
    'labels',
    ShapeError,
    () => graph.crossEntropy(x, graph.input('more', [3], 'int32')),
    'crossEntropy: logits [2, 3] over axis 1 want labels [2], got [3].',
  ],
  ['einsum', ShapeError, () => graph.einsum('ij,jk->ik', x, x), "einsum: 'ij,jk->ik' gives 'j' two sizes, 3 and 2."],
  [
    'gather',
    ShapeError,
    () => graph.gather(x, labels, { axis: 1 }),
    'gather: index [2] does not fit [2, 3]: beside axis 1, its axes must not be longer.',
  ],
  ['cholesky', ShapeError, () => graph.cholesky(x), 'cholesky: takes square matrices, not [2, 3].'],
];

const dtypes: readonly Line[] = [
  [
    'promotion',
    DtypeError,
    () => graph.add(x, graph.cast(x, 'int32')),
    'add: float32 and int32 do not mix: neither holds every value of the other. Use cast to choose one.',
  ],
  [
    'a fraction among integers',
    DtypeError,
    () => graph.add(labels, 0.5),
    'add: 0.5 is not a whole number, as int32 needs. Round it first, or use a float dtype.',
  ],
  [
    'exp of integers',
    DtypeError,
    () => graph.exp(labels),
    "exp: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
  ],
  [
    'a condition of floats',
    DtypeError,
    () => graph.where(x, x, 0),
    'where: the condition is float32; it must be bool. Compare it: where(ne(condition, 0), a, b).',
  ],
  [
    'float labels',
    DtypeError,
    () => graph.crossEntropy(x, vector),
    "crossEntropy: the labels are float32; they must be int32. Cast them: cast(labels, 'int32').",
  ],
  [
    'bits of floats',
    DtypeError,
    () => graph.bitAnd(x, 1),
    "bitAnd: got float32, wants int32 or uint32. Cast it first: cast(x, 'int32').",
  ],
  ['arithmetic of bools', DtypeError, () => graph.neg(mask), "neg: got bool, wants numbers. Cast it first: cast(x, 'int32')."],
  ['derivative by integers', DtypeError, () => grad(loss, labels), "grad: 'labels' is int32; only float nodes have derivatives."],
  [
    'division by the constant 0',
    DtypeError,
    () => graph.div(labels, 0),
    "div: the divisor is the integer 0. Divide floats for an infinity: cast(x, 'float32').",
  ],
];

const graphs: readonly Line[] = [
  [
    'another graph',
    GraphError,
    () => graph.add(x, stranger),
    'add: input %0 belongs to another graph; build both sides on one graph.',
  ],
  [
    'no graph',
    GraphError,
    () => tapegrad.add(2, 2.5),
    'add: no node among its operands. Call it as a method of a graph: graph.add(…).',
  ],
  [
    'a name taken',
    GraphError,
    () => graph.parameter('x', [1]),
    "input: the name 'x' is taken by %0; names of inputs, parameters and state are unique in a graph.",
  ],
  [
    'derivative in another graph',
    GraphError,
    () => grad(loss, stranger),
    "grad: 'stranger' belongs to another graph than %8 (sum).",
  ],
];

const derivatives: readonly Line[] = [
  [
    'a loss that is no scalar',
    ShapeError,
    () => grad(x, x),
    "grad: the loss 'x' has shape [2, 3]; it must be a scalar. Take its sum or mean, or use vjp.",
  ],
  [
    'a Hessian of no scalar',
    ShapeError,
    () => hessian(x, x),
    "hessian: the loss 'x' has shape [2, 3]; it must be a scalar. Take its sum or mean, or use vjp.",
  ],
  [
    'a cotangent that does not fit',
    ShapeError,
    () => vjp([x], [x], [vector]),
    "vjp: the cotangent of 'x' has shape [2]; it must be [2, 3].",
  ],
  ['too few tangents', DerivativeError, () => jvp([loss], [x], []), 'jvp: 0 tangents for 1 nodes; give one for each.'],
  ['nothing to differentiate by', DerivativeError, () => grad(loss, []), 'grad: the list of inputs is empty; give at least one.'],
  [
    'a jacobian of named size',
    ShapeError,
    () => jacobian(named, named),
    "jacobian: needs a number where 'batch' is given. Give this axis a fixed size.",
  ],
];

const fed = new Graph();
const scale = fed.scalar('scale');
const scaled = fed.mul(fed.add(fed.input('left', ['batch', 2]), fed.input('right', ['batch', 2])), scale);
const program = await new TapeMachine(fed).compile({ scaled });
const sides = { left: [[1, 2]], right: [[3, 4]] };

const feeds: readonly Line[] = [
  ['a missing feed', FeedError, () => program.runSync({ ...sides }), "feeds: missing 'scale' float32 []."],
  [
    'an unknown feed',
    FeedError,
    () => program.runSync({ ...sides, scale: 2, scala: 3 }),
    "feeds: unknown 'scala': to be fed are 'scale', 'left', 'right'.",
  ],
  [
    'a shape',
    FeedError,
    () => program.runSync({ ...sides, left: [1, 2], scale: 2 }),
    "feeds: 'left' has shape [2]; it must have [batch, 2].",
  ],
  [
    'two sizes for a name',
    FeedError,
    () => program.runSync({ ...sides, left: new Float32Array(4), scale: 2 }),
    "feeds: 'left' has 4 elements; it must have [1, 2], as [batch, 2] is here.",
  ],
  [
    'a length',
    FeedError,
    () => program.runSync({ ...sides, left: new Float32Array(3), scale: 2 }),
    "feeds: 'left' has 3 elements; it must have [1, 2], as [batch, 2] is here.",
  ],
  [
    'a wider dtype',
    FeedError,
    () => program.runSync({ ...sides, scale: Float64Array.of(1) }),
    "feeds: 'scale' wants float32 and was fed float64, which does not widen to it. Convert it: Float32Array.from(…).",
  ],
];

// As from JavaScript, where nothing else notices.
const options: readonly Line[] = [
  [
    'an option of a composite',
    OptionError,
    () => graph.conv2d(images, graph.input('kernel', [8, 1, 3, 3]), { strides: 2 } as object),
    'conv2d: strides is no option; did you mean stride? It takes stride, padding, dilation, groups.',
  ],
  [
    'an option behind a bias',
    OptionError,
    () => graph.conv2d(images, graph.input('kernel5', [8, 1, 5, 5]), graph.input('bias', [8]), { pads: 2 } as object),
    'conv2d: pads is no option; it takes stride, padding, dilation, groups.',
  ],
  [
    'an option of another op',
    OptionError,
    () => graph.sum(x, { keepdims: true } as object),
    'sum: keepdims is no option; did you mean keepDims? It takes axis, keepDims.',
  ],
  [
    'no options',
    OptionError,
    () => graph.sum(x, 0 as unknown as object),
    'sum: 0 is no set of options; give an object. It takes axis, keepDims.',
  ],
  [
    'part of a complex number',
    OptionError,
    () => graph.fft({ real: x, imag: x } as { real: tapegrad.Node }),
    'fft: imag is no option; did you mean imaginary? It takes real, imaginary.',
  ],
  [
    'an option of a state',
    OptionError,
    () => graph.parameter('w', 0, { type: 'float32' } as object),
    'parameter: type is no option; did you mean dtype? It takes dtype.',
  ],
  [
    'an option of a derivative',
    OptionError,
    () => jacobian(x, x, { modus: 'forward' } as object),
    'jacobian: modus is no option; did you mean mode? It takes mode.',
  ],
  [
    'an option of a run',
    OptionError,
    () => program.runSync({ ...sides, scale: 2 }, { step: 3 } as object),
    'runSync: step is no option; did you mean steps? It takes steps, watch.',
  ],
  [
    'an option of a first look',
    OptionError,
    () => tapegrad.evaluate(graph.constant(1), {}, { seeds: 1 } as object),
    'evaluate: seeds is no option; did you mean seed? It takes seed.',
  ],
];

describe('options of what makes no nodes', () => {
  it.each<[provoke: () => unknown, message: string]>([
    [
      () => tapegrad.wasm({ thread: 2 } as object),
      'wasm: thread is no option; did you mean threads? It takes subnormals, relaxed, threads.',
    ],
    [
      () => tapegrad.sgd(loss, [x], { learningrate: 0.1 } as object as tapegrad.SgdOptions),
      'sgd: learningrate is no option; did you mean learningRate? It takes learningRate, momentum, dampening, nesterov, weightDecay.',
    ],
    [() => new TapeMachine(graph, tapegrad.js() as object), 'TapeMachine: name is no option; it takes backend, seed.'],
  ])('%#', (provoke, message) => {
    expect(provoke).toThrow(expect.objectContaining({ name: 'OptionError', message }));
  });

  it.each([
    [{ update: [] }, 'compile: update is no option; did you mean updates? It takes updates, dims, memoryLimit, passes, trace.'],
    [
      { passes: { fused: false } },
      'passes: fused is no option; did you mean fuse? It takes stabilise, simplify, fuse, recompute, inPlace.',
    ],
  ])('compile %j', async (given, message) => {
    const error = await new TapeMachine(graph).compile({ loss }, given as object).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message.replace(/ \(errors\.test\.ts:\d+\)$/, '')).toBe(message);
  });
});

describe.each([
  ['options', options],
  ['shapes', shapes],
  ['dtypes', dtypes],
  ['graphs', graphs],
  ['derivatives', derivatives],
  ['feeds', feeds],
])('errors of %s', (_kind, lines) => {
  it.each(lines)('%s', (_what, error, provoke, message) => {
    const thrown = thrownBy(provoke);
    expect(thrown.text).toBe(message);
    expect(thrown.error).toBeInstanceOf(error);
    expect(thrown.error).toBeInstanceOf(TapegradError);
  });
});
