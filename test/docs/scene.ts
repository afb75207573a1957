/**
 * What the examples of docstrings take as given. A name that an example uses and nothing declares is a float input; its shape is read from the
 * example's comment (`// [32, 784] times [784, 10] gives [32, 10]`), or is [4, 4]. Other things are declared here: as code, or for inputs as
 * a type (`int32 [4]`).
 */
export type Scene = Readonly<Record<string, string>>;

export const COMMON: Scene = {
  graph: 'new Graph()',
  w: "graph.parameter('w', glorotUniform([4, 4]))",
  b: "graph.parameter('b', zeros([4]))",
  parameters: '[w, b]',
  rate: 'float32 []',
  loss: 'mean(square(add(matmul(x, w), b)))',
  labels: 'int32 [4]',
  updates: 'sgd(loss, parameters, { learningRate: 0.1 })',
  machine: 'new TapeMachine(graph, { backend: interpreter() })',
};

/** Rows of data, and a graph whose inputs have the names under which they are fed. */
const FED: Scene = {
  x: 'tensor([[1, 2, 3, 4], [5, 6, 7, 8]])',
  y: 'tensor([[1, 0, 0, 0], [0, 1, 0, 0]])',
  loss: "mse(add(matmul(graph.input('x', ['batch', 4]), w), b), graph.input('y', ['batch', 4]))",
};

const PROGRAM: Scene = {
  program: "await machine.compile({ z: mul(graph.input('x', ['batch']), graph.input('y', ['batch'])) })",
  x: '[1, 2]',
  y: '[3, 4]',
};

const INTEGERS: Scene = { x: 'int32 [4]', mask: 'int32 [4]' };

const CHANNELS: Scene = {
  x: 'float32 [32, 16, 8, 8]',
  gamma: 'float32 [16]',
  beta: 'float32 [16]',
  average: 'float32 [16]',
  spread: 'float32 [16]',
};

/** A recurrent cell from 3 inputs to 2 hidden, with some gates. */
function cell(gates: number): Scene {
  const states = { x: 'float32 [5, 3]', h: 'float32 [5, 2]', c: 'float32 [5, 2]' };
  const bias = `float32 [${2 * gates}]`;
  return { ...states, wi: `float32 [${2 * gates}, 3]`, wh: `float32 [${2 * gates}, 2]`, bi: bias, bh: bias };
}

function convolution(...spatial: readonly number[]): Scene {
  return {
    x: `float32 [2, 3, ${spatial.join(', ')}]`,
    w: `float32 [3, 3, ${spatial.map(() => 3).join(', ')}]`,
    b: 'float32 [3]',
  };
}

/** By the name of what is documented. */
export const SCENES: Readonly<Record<string, Scene>> = {
  bitAnd: INTEGERS,
  bitOr: INTEGERS,
  bitXor: INTEGERS,
  bitNot: INTEGERS,
  shiftLeft: INTEGERS,
  shiftRight: INTEGERS,
  not: { present: 'bool [4]' },
  hvp: { vb: 'float32 [4]' },
  stack: { a: 'float32 [4]', b: 'float32 [4]', c: 'float32 [4]' },
  conv1d: convolution(8),
  conv2d: { x: 'float32 [32, 3, 28, 28]', w: 'float32 [16, 3, 3, 3]', b: 'float32 [16]' },
  conv3d: convolution(8, 8, 8),
  convTranspose1d: convolution(8),
  convTranspose2d: convolution(8, 8),
  convTranspose3d: convolution(8, 8, 8),
  convolve: { x: 'float32 [1, 2, 3, 28, 28]', w: 'float32 [1, 4, 3, 3, 3]' },
  trace: { b: 'float32 [4, 4]' },
  einsum: { queries: 'float32 [2, 3, 5, 4]', keys: 'float32 [2, 3, 6, 4]' },
  gather: { values: 'float32 [32, 4]', actions: 'int32 [32, 1]' },
  scatterAdd: { zeros: 'float32 [10]', bins: 'int32 [1000]' },
  take: { embedding: 'float32 [5000, 64]', tokens: 'int32 [32, 20]' },
  layerNorm: { x: 'float32 [32, 20, 64]', gamma: 'float32 [64]', beta: 'float32 [64]' },
  rmsNorm: { x: 'float32 [32, 20, 64]', gamma: 'float32 [64]' },
  groupNorm: CHANNELS,
  batchNorm: CHANNELS,
  batchNormEval: CHANNELS,
  embedding: { table: 'float32 [5000, 64]', tokens: 'int32 [32, 20]' },
  attention: { queries: 'float32 [8, 20, 64]', keys: 'float32 [8, 20, 64]', values: 'float32 [8, 20, 64]' },
  rnnTanhCell: cell(1),
  gruCell: cell(3),
  lstmCell: cell(4),
  roll: { x: 'float32 [3]' },
  dot: { v: 'float32 [4]' },
  outer: { rows: 'float32 [4]', columns: 'float32 [5]' },
  maxPool3d: { x: 'float32 [4, 4, 4]' },
  avgPool3d: { x: 'float32 [4, 4, 4]' },
  embed: { x: 'float32 [3]' },
  sort: { middle: 'int32 []' },
  topK: { logits: 'float32 [4, 10]' },
  tile: { square: 'float32 [2, 2]' },
  repeat: { x: 'float32 [2]' },
  windows: { series: 'float32 [30]' },
  dense: { x: 'float32 [batch, 784]' },
  sequential: { x: 'float32 [batch, 784]', y: 'int32 [batch]' },
  TapeMachine: FED,
  'TapeMachine.save': { writeFile: 'async (_path: string, _bytes: Uint8Array) => {}' },
  'Program.run': {
    loss: "mean(mul(graph.input('x', ['batch']), graph.input('y', ['batch'])))",
    step: 'await machine.compile({ loss })',
    images: '[1, 2]',
    labels: '[3, 4]',
  },
  'Program.runSync': { program: "await machine.compile({ z: mul(graph.scalar('x'), graph.scalar('y')) })" },
  'Program.bind': PROGRAM,
  'Program.profile': PROGRAM,
  'Program.diff': { ...PROGRAM, feeds: '{ x, y }' },
  'Program.step': { ...PROGRAM, feeds: '{ x, y }' },
  splitExamples: { x: 'new Float32Array(20)', y: 'new Int32Array(20)' },
  fit: FED,
  checkGradients: { ...FED, x: '[[1, 2, 3, 4]]', y: '[[1, 0, 0, 0]]' },
  batches: {
    images: 'new Float32Array(6 * 784)',
    labels: 'new Int32Array(6)',
    step: "await machine.compile({ x: graph.input('x', ['batch', 784]), y: graph.input('y', ['batch'], 'int32') })",
  },
  ConfusionMatrix: {
    data: '[{ x: [1, 2], y: [0, 1] }]',
    predict: "await machine.compile({ predicted: cast(graph.input('x', ['batch']), 'int32') })",
  },
};

/** Examples that want files which are not here, or much memory: they are type-checked only. */
export const NOT_RUN: ReadonlySet<string> = new Set(['readIdx', 'readMnist', 'batches']);
