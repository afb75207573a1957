import { cast, isFloat, type Node } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import type { Params } from './format.js';

/** An op of the oracle in ours: of arguments as nodes, and params under our names. */
type Translation = (args: readonly Node[], params: Params) => Node | readonly Node[];
type Op = (...args: never[]) => Node;

/** All names of ops that a case may use. */
export const NAMES: ReadonlySet<string> = new Set(
  `neg abs sign exp log log1p expm1 sqrt rsqrt square reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid erf erfc
  floor ceil round trunc log2 log10 exp2 relu silu softplus selu mish logsigmoid softsign hardtanh relu6 leaky_relu elu gelu clamp identity
  stop_gradient add sub mul div pow maximum minimum atan2 fmod hypot logaddexp eq ne lt le gt ge where sum mean max min prod var std logsumexp
  norm argmax argmin cumsum cumprod sort matmul dot outer einsum inv det slogdet cholesky solve eigvalsh trace transpose permute reshape slice
  concat stack split pad flip roll gather scatter_add index_select expand tile repeat squeeze unsqueeze diagonal tril triu softmax log_softmax
  layer_norm rms_norm group_norm batch_norm batch_norm_eval embedding linear cross_entropy cross_entropy_soft nll_loss mse l1 bce
  bce_with_logits huber kl_div hinge conv1d conv2d conv3d conv_transpose1d conv_transpose2d max_pool1d max_pool2d avg_pool2d
  upsample_nearest2d upsample_bilinear2d lstm_cell gru_cell rnn_tanh_cell attention`.split(/\s+/),
);

const PARAM_NAMES: Readonly<Record<string, string>> = {
  axes: 'axis',
  keepdims: 'keepDims',
  eps: 'epsilon',
  lr: 'learningRate',
  lr_decay: 'learningRateDecay',
};

/** The oracle's name in our spelling: snake_case becomes camelCase. */
function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Params under our names; null is the default, and dropped. */
export function renamed(params: Params): Params {
  const given = Object.entries(params).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => [PARAM_NAMES[name] ?? camel(name), value]));
}

/** Masks and labels among floats count as numbers. */
export function real(x: Node): Node {
  return isFloat(x.dtype) ? x : cast(x, x.graph.dtype);
}

const index = (x: Node): Node => cast(x, 'int32');
const mask = (x: Node): Node => (x.dtype === 'bool' ? x : ops.ne(x, 0));
const called = (op: Op, args: readonly unknown[]): Node => (op as (...args: readonly unknown[]) => Node)(...args);

/** Of floats alone. */
const of =
  (op: Op): Translation =>
  (args) =>
    called(op, args.map(real));
/** Of floats, then options. */
const withOptions =
  (op: Op): Translation =>
  (args, params) =>
    called(op, [...args.map(real), params]);
/** Of one float and one param, which is no option. */
const withParam =
  (op: Op, name: string): Translation =>
  ([x], params) =>
    called(op, [x, params[name]]);
/** Of a float and positions, then options. */
const withIndex =
  (op: Op): Translation =>
  ([x, positions], params) =>
    called(op, [x, index(positions!), params]);

/** PyTorch has the classes on axis 1, behind the batch. */
const classAxis = (x: Node): number => Math.min(1, x.shape.length - 1);
/** Of a float and the labels of its rows, then options. */
const withLabels =
  (op: Op): Translation =>
  ([x, labels], params) =>
    called(op, [real(x!), index(labels!), { axis: classAxis(x!), ...params }]);

export const VOCABULARY: Readonly<Record<string, Translation>> = {
  neg: of(ops.neg),
  abs: of(ops.abs),
  sign: of(ops.sign),
  exp: of(ops.exp),
  log: of(ops.log),
  log1p: of(ops.log1p),
  expm1: of(ops.expm1),
  sqrt: of(ops.sqrt),
  rsqrt: of(ops.rsqrt),
  square: of(ops.square),
  reciprocal: of(ops.reciprocal),
  sin: of(ops.sin),
  cos: of(ops.cos),
  tan: of(ops.tan),
  asin: of(ops.asin),
  acos: of(ops.acos),
  atan: of(ops.atan),
  sinh: of(ops.sinh),
  cosh: of(ops.cosh),
  tanh: of(ops.tanh),
  asinh: of(ops.asinh),
  acosh: of(ops.acosh),
  atanh: of(ops.atanh),
  sigmoid: of(ops.sigmoid),
  erf: of(ops.erf),
  erfc: of(ops.erfc),
  floor: of(ops.floor),
  ceil: of(ops.ceil),
  round: of(ops.round),
  trunc: of(ops.trunc),
  log2: of(ops.log2),
  log10: of(ops.log10),
  exp2: of(ops.exp2),
  relu: of(ops.relu),
  silu: of(ops.silu),
  softplus: of(ops.softplus),
  selu: of(ops.selu),
  mish: of(ops.mish),
  logsigmoid: of(ops.logSigmoid),
  softsign: of(ops.softsign),
  hardtanh: withOptions(ops.hardtanh),
  relu6: of(ops.relu6),
  leaky_relu: withOptions(ops.leakyRelu),
  elu: withOptions(ops.elu),
  gelu: withOptions(ops.gelu),
  clamp: withOptions(ops.clamp),
  identity: ([x]) => x!,
  stop_gradient: of(ops.stopGradient),

  add: of(ops.add),
  sub: of(ops.sub),
  mul: of(ops.mul),
  div: of(ops.div),
  pow: of(ops.pow),
  maximum: of(ops.maximum),
  minimum: of(ops.minimum),
  atan2: of(ops.atan2),
  fmod: of(ops.fmod),
  hypot: of(ops.hypot),
  logaddexp: of(ops.logAddExp),
  eq: of(ops.eq),
  ne: of(ops.ne),
  lt: of(ops.lt),
  le: of(ops.le),
  gt: of(ops.gt),
  ge: of(ops.ge),
  where: ([condition, x, y]) => ops.where(mask(condition!), real(x!), real(y!)),

  sum: withOptions(ops.sum),
  mean: withOptions(ops.mean),
  max: withOptions(ops.max),
  min: withOptions(ops.min),
  prod: withOptions(ops.prod),
  var: withOptions(ops.variance),
  std: withOptions(ops.std),
  logsumexp: withOptions(ops.logSumExp),
  norm: withOptions(ops.norm),
  argmax: withOptions(ops.argmax),
  argmin: withOptions(ops.argmin),
  cumsum: withOptions(ops.cumsum),
  cumprod: withOptions(ops.cumprod),
  sort: withOptions(ops.sort),

  matmul: of(ops.matmul),
  dot: of(ops.dot),
  outer: of(ops.outer),
  einsum: (args, { equation }) => ops.einsum(equation as string, ...args.map(real)),
  inv: of(ops.inv),
  det: of(ops.det),
  slogdet: ([a]) => ops.slogdet(real(a!)).logAbsDet,
  cholesky: of(ops.cholesky),
  solve: of(ops.solve),
  eigvalsh: of(ops.eigvalsh),
  trace: of(ops.trace),

  transpose: of(ops.transpose),
  permute: withParam(ops.transpose, 'axis'),
  reshape: withParam(ops.reshape, 'shape'),
  slice: withParam(ops.slice, 'ranges'),
  concat: (args, params) => called(ops.concat, [args, params]),
  stack: (args, params) => called(ops.stack, [args, params]),
  split: ([x], { sizes, axis }) => ops.split(x!, sizes as number[], axis === undefined ? {} : { axis: axis as number }),
  pad: ([x], { pads, ...options }) => called(ops.pad, [x, pads, options]),
  flip: withOptions(ops.flip),
  roll: ([x], { shifts, ...options }) => called(ops.roll, [x, shifts, options]),
  gather: withIndex(ops.gather),
  scatter_add: ([x, positions, source], params) => called(ops.scatterAdd, [x, index(positions!), real(source!), params]),
  index_select: withIndex(ops.take),
  expand: ([x], { shape }) => ops.broadcastTo(x!, kept(x!, shape as number[])),
  tile: withParam(ops.tile, 'reps'),
  repeat: ([x], { n, axis }) =>
    axis === undefined ? ops.repeat(ops.reshape(x!, [-1]), n as number) : ops.repeat(x!, n as number, { axis: axis as number }),
  squeeze: withOptions(ops.squeeze),
  unsqueeze: withOptions(ops.unsqueeze),
  diagonal: of(ops.diagonal),
  tril: withOptions(ops.tril),
  triu: withOptions(ops.triu),

  softmax: withOptions(ops.softmax),
  log_softmax: withOptions(ops.logSoftmax),
  layer_norm: withOptions(ops.layerNorm),
  rms_norm: withOptions(ops.rmsNorm),
  group_norm: withOptions(ops.groupNorm),
  batch_norm: withOptions(ops.batchNorm),
  batch_norm_eval: withOptions(ops.batchNormEval),
  embedding: ([table, positions]) => ops.embedding(table!, index(positions!)),
  linear: of(ops.linear),
  cross_entropy: withLabels(ops.crossEntropy),
  cross_entropy_soft: ([logits, targets], params) =>
    called(ops.crossEntropySoft, [real(logits!), real(targets!), { axis: classAxis(logits!), ...params }]),
  nll_loss: withLabels(ops.nllLoss),
  mse: withOptions(ops.mse),
  l1: withOptions(ops.l1),
  bce: withOptions(ops.bce),
  bce_with_logits: withOptions(ops.bceWithLogits),
  huber: withOptions(ops.huber),
  kl_div: withOptions(ops.klDiv),
  hinge: withOptions(ops.hinge),

  conv1d: withOptions(ops.conv1d),
  conv2d: withOptions(ops.conv2d),
  conv3d: withOptions(ops.conv3d),
  conv_transpose1d: withOptions(ops.convTranspose1d),
  conv_transpose2d: withOptions(ops.convTranspose2d),
  max_pool1d: withOptions(ops.maxPool1d),
  max_pool2d: withOptions(ops.maxPool2d),
  avg_pool2d: withOptions(ops.avgPool2d),
  upsample_nearest2d: withOptions(ops.upsampleNearest2d),
  upsample_bilinear2d: withOptions(ops.upsampleBilinear2d),

  lstm_cell: (args) => ops.lstmCell(...(args.map(real) as unknown as Parameters<typeof ops.lstmCell>)),
  gru_cell: of(ops.gruCell),
  rnn_tanh_cell: of(ops.rnnTanhCell),
  attention: withOptions(ops.attention),
};

/** A shape in which -1 keeps the size that is there, counted from the right. */
function kept(x: Node, shape: readonly number[]): readonly (number | Node['shape'][number])[] {
  const from = shape.length - x.shape.length;
  return shape.map((size, i) => (size === -1 ? x.shape[i - from]! : size));
}
