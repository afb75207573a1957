import type { Node } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import type { Graph } from 'tapegrad';
import type { Line } from './line.js';

const square = [2, 3];
const cube = [[2, 3, 4]];
const positive = [0.3, 2] as const;
const apart = [0.1, 0.9] as const;

/** A matrix that is far from singular, with eigenvalues and singular values apart. */
const regular = (x: Node): Node => {
  const diagonal = x.graph.constant([
    [3, 0, 0],
    [0, 4, 0],
    [0, 0, 5],
  ]);
  return ops.add(ops.mul(x, 0.3), diagonal);
};
/** A positive definite matrix made of any. */
const definite = (x: Node): Node => ops.matmul(regular(x), ops.transpose(regular(x)));
const positions = (x: Node, index: number[] | number[][]): Node => x.graph.constant(index, 'int32');
const numbers = (graph: Graph, ...values: number[]): Node => graph.constant(values);
const bools = (graph: Graph): readonly [Node, Node] => [
  graph.constant([false, false, true, true], 'bool'),
  graph.constant([false, true, false, true], 'bool'),
];
/** The mean, to one digit. */
const portion = (x: Node): Node => ops.div(ops.round(ops.mul(ops.mean(ops.cast(x, x.graph.dtype)), 10)), 10);
const whole = (graph: Graph, ...values: number[]): Node => graph.constant(values, 'int32');
/** x, h, wi, wh, bi and bh of a recurrent cell with some gates. */
const cell = (gates: number): number[][] => [[2, 3], [2, 2], [2 * gates, 3], [2 * gates, 2], [2 * gates], [2 * gates]];

/** One line per op, or one for each way to use it. A test fails where an op has none. */
export const table: readonly Line[] = [
  { op: 'add', call: ops.add, shapes: [[2, 1], [3]] },
  { op: 'sub', call: ops.sub, shapes: [[2, 3], []] },
  { op: 'mul', call: ops.mul, shapes: [[2, 1], [3]] },
  { op: 'div', call: ops.div, shapes: [[2, 1], [3]], range: [0.5, 2] },
  { op: 'neg', call: ops.neg, shapes: [square] },
  { op: 'square', call: ops.square, shapes: [square] },
  { op: 'reciprocal', call: ops.reciprocal, shapes: [square], range: [-2, -0.5] },
  { op: 'abs', call: ops.abs, shapes: [square], range: [-2, -0.1] },
  { op: 'sign', call: ops.sign, shapes: [square], range: positive },
  { op: 'pow', call: ops.pow, shapes: [[2, 1], [3]], range: positive },
  { op: 'pow', call: (x) => ops.pow(x, 3), shapes: [square] },
  { op: 'fmod', call: ops.fmod, shapes: [[1], [1]], range: [0.5, 0.9] },
  { op: 'hypot', call: ops.hypot, shapes: [[2, 1], [3]], range: positive },
  { op: 'atan2', call: ops.atan2, shapes: [[2, 1], [3]], range: positive },
  { op: 'logAddExp', call: ops.logAddExp, shapes: [[2, 1], [3]] },
  { op: 'maximum', call: ops.maximum, shapes: [[2, 1], [3]] },
  { op: 'minimum', call: ops.minimum, shapes: [[2, 1], [3]] },
  { op: 'where', call: (x, y) => ops.where([true, false, true], x, y), shapes: [[2, 3], [3]] },
  { op: 'clamp', call: (x) => ops.clamp(x, { min: -0.52, max: 0.48 }), shapes: [square] },
  { op: 'exp', call: ops.exp, shapes: [square] },
  { op: 'exp2', call: ops.exp2, shapes: [square] },
  { op: 'expm1', call: ops.expm1, shapes: [square] },
  { op: 'log', call: ops.log, shapes: [square], range: positive },
  { op: 'log2', call: ops.log2, shapes: [square], range: positive },
  { op: 'log10', call: ops.log10, shapes: [square], range: positive },
  { op: 'log1p', call: ops.log1p, shapes: [square], range: [-0.5, 2] },
  { op: 'sqrt', call: ops.sqrt, shapes: [square], range: positive },
  { op: 'rsqrt', call: ops.rsqrt, shapes: [square], range: positive },
  { op: 'sin', call: ops.sin, shapes: [square] },
  { op: 'cos', call: ops.cos, shapes: [square] },
  { op: 'tan', call: ops.tan, shapes: [square] },
  { op: 'asin', call: ops.asin, shapes: [square], range: [-0.8, 0.8] },
  { op: 'acos', call: ops.acos, shapes: [square], range: [-0.8, 0.8] },
  { op: 'atan', call: ops.atan, shapes: [square] },
  { op: 'sinh', call: ops.sinh, shapes: [square] },
  { op: 'cosh', call: ops.cosh, shapes: [square] },
  { op: 'tanh', call: ops.tanh, shapes: [square] },
  { op: 'asinh', call: ops.asinh, shapes: [square] },
  { op: 'acosh', call: ops.acosh, shapes: [square], range: [1.2, 3] },
  { op: 'atanh', call: ops.atanh, shapes: [square], range: [-0.8, 0.8] },
  { op: 'erf', call: ops.erf, shapes: [square] },
  { op: 'erfc', call: ops.erfc, shapes: [square] },
  { op: 'sigmoid', call: ops.sigmoid, shapes: [square] },
  { op: 'logSigmoid', call: ops.logSigmoid, shapes: [square] },
  { op: 'softplus', call: ops.softplus, shapes: [square] },
  { op: 'relu', call: ops.relu, shapes: [square] },
  { op: 'leakyRelu', call: (x) => ops.leakyRelu(x, { slope: 0.3 }), shapes: [square] },
  { op: 'elu', call: (x) => ops.elu(x, { alpha: 0.7 }), shapes: [square] },
  { op: 'silu', call: ops.silu, shapes: [square] },
  { op: 'gelu', call: (x) => ops.gelu(x), shapes: [square] },
  { op: 'gelu', call: (x) => ops.gelu(x, { approximate: 'tanh' }), shapes: [square] },
  { op: 'selu', call: (x) => ops.selu(x), shapes: [square] },
  { op: 'mish', call: (x) => ops.mish(x), shapes: [square] },
  { op: 'softsign', call: ops.softsign, shapes: [square] },
  { op: 'hardtanh', call: (x) => ops.hardtanh(x, { min: -0.52, max: 0.48 }), shapes: [square] },
  { op: 'relu6', call: (x) => ops.relu6(x), shapes: [square], range: [-3, 9] },
  { op: 'floor', call: ops.floor, shapes: [square], range: apart },
  { op: 'ceil', call: ops.ceil, shapes: [square], range: apart },
  { op: 'round', call: ops.round, shapes: [square], range: [0.6, 1.4] },
  { op: 'trunc', call: ops.trunc, shapes: [square], range: apart },

  { op: 'sum', along: (axis, x) => ops.sum(x, { axis }), shapes: cube },
  { op: 'sum', call: (x) => ops.sum(x, { axis: [0, -1], keepDims: true }), shapes: cube },
  { op: 'mean', along: (axis, x) => ops.mean(ops.mul(x, x), { axis, keepDims: true }), shapes: cube },
  { op: 'max', along: (axis, x) => ops.max(x, { axis }), shapes: cube },
  { op: 'max', call: (x) => ops.max(ops.mul(x, x)), shapes: cube },
  { op: 'min', along: (axis, x) => ops.min(x, { axis, keepDims: true }), shapes: cube },
  { op: 'prod', along: (axis, x) => ops.prod(x, { axis }), shapes: cube },
  { op: 'prod', call: (x) => ops.prod(ops.mul(x, [[1], [0]])), shapes: [[2, 2]] },
  { op: 'logSumExp', along: (axis, x) => ops.logSumExp(x, { axis }), shapes: cube },
  { op: 'variance', along: (axis, x) => ops.variance(x, { axis }), shapes: cube },
  { op: 'std', along: (axis, x) => ops.std(x, { axis, correction: 0 }), shapes: cube },
  { op: 'norm', along: (axis, x) => ops.norm(x, { axis }), shapes: cube, range: positive },
  { op: 'cumsum', along: (axis, x) => ops.cumsum(ops.mul(x, x), { axis }), shapes: cube },
  { op: 'cumsum', along: (axis, x) => ops.cumsum(ops.mul(x, x), { axis, reverse: true }), shapes: cube },
  { op: 'cumprod', along: (axis, x) => ops.cumprod(x, { axis }), shapes: cube },
  { op: 'cumprod', call: (x) => ops.cumprod(ops.mul(x, [1, 0, 1, 1]), { reverse: true }), shapes: [[2, 4]] },
  { op: 'recurrence', along: (axis, a, b) => ops.recurrence(a, b, { axis }), shapes: [...cube, ...cube] },
  { op: 'recurrence', call: (a, b) => ops.recurrence(a, b, { reverse: true }), shapes: [...cube, ...cube] },
  { op: 'sort', along: (axis, x) => ops.sort(ops.mul(x, x), { axis, descending: true }), shapes: cube },
  { op: 'topK', along: (axis, x) => ops.topK(ops.mul(x, x), 2, { axis }).values, shapes: cube },

  { op: 'reshape', call: (x) => ops.reshape(ops.mul(x, x), [4, -1]), shapes: cube },
  { op: 'squeeze', call: (x) => ops.squeeze(ops.mul(x, x), { axis: 1 }), shapes: [[2, 1, 3]] },
  { op: 'unsqueeze', call: (x) => ops.unsqueeze(ops.mul(x, x), { axis: -1 }), shapes: [square] },
  { op: 'transpose', call: (x) => ops.transpose(ops.mul(x, x), [2, 0, 1]), shapes: cube },
  { op: 'broadcastTo', call: (x) => ops.broadcastTo(ops.mul(x, x), [4, 2, 3]), shapes: [[2, 1]] },
  {
    op: 'slice',
    call: (x) =>
      ops.slice(ops.mul(x, x), [
        [1, null],
        [null, null, -2],
      ]),
    shapes: [[3, 5]],
  },
  { op: 'flip', along: (axis, x) => ops.flip(ops.mul(x, x), { axis }), shapes: cube },
  { op: 'roll', along: (axis, x) => ops.roll(ops.mul(x, x), -1, { axis }), shapes: cube },
  { op: 'roll', call: (x) => ops.roll(ops.mul(x, x), 3), shapes: cube },
  { op: 'embed', call: (x) => ops.embed(ops.mul(x, x), { start: [4], step: [-2], shape: [6] }), shapes: [[3]] },
  {
    op: 'pad',
    call: (x) =>
      ops.pad(
        ops.mul(x, x),
        [
          [1, 0],
          [2, 1],
        ],
        { value: 3 },
      ),
    shapes: [square],
  },
  { op: 'pad', call: (x) => ops.pad(ops.mul(x, x), [[2, 3]], { mode: 'reflect' }), shapes: [[4]] },
  { op: 'pad', call: (x) => ops.pad(ops.mul(x, x), [[2, 3]], { mode: 'replicate' }), shapes: [[4]] },
  { op: 'concat', along: (axis, x, y) => ops.concat([ops.mul(x, x), y, x], { axis }), shapes: [...cube, ...cube] },
  { op: 'stack', along: (axis, x, y) => ops.stack([ops.mul(x, x), y], { axis }), shapes: [...cube, ...cube] },
  { op: 'split', call: (x) => ops.mul(...(ops.split(x, [2, 2], { axis: 1 }) as [Node, Node])), shapes: [[2, 4]] },
  { op: 'tile', call: (x) => ops.tile(ops.mul(x, x), [2, 1, 3]), shapes: [square] },
  { op: 'repeat', along: (axis, x) => ops.repeat(ops.mul(x, x), 3, { axis }), shapes: cube },
  { op: 'diagonal', call: (x) => ops.diagonal(ops.mul(x, x)), shapes: [[2, 3, 3]] },
  { op: 'diagonal', call: (x) => ops.diagonal(ops.mul(x, x), { axes: [2, 0] }), shapes: [[3, 2, 3]] },
  { op: 'trace', call: (x) => ops.trace(ops.mul(x, x)), shapes: [[3, 3]] },
  { op: 'tril', call: (x) => ops.tril(ops.mul(x, x), { k: -1 }), shapes: [[3, 4]] },
  { op: 'triu', call: (x) => ops.triu(ops.mul(x, x), { k: 1 }), shapes: [[3, 4]] },
  { op: 'windows', call: (x) => ops.windows(ops.mul(x, x), { kernel: [2], stride: 2 }), shapes: [[2, 5]] },
  { op: 'gather', call: (x) => ops.gather(ops.mul(x, x), positions(x, [[1, 0, 1]]), { axis: 0 }), shapes: [square] },
  { op: 'gather', call: (x) => ops.gather(ops.mul(x, x), positions(x, [[2], [2]]), { axis: -1 }), shapes: [square] },
  { op: 'take', along: (axis, x) => ops.take(ops.mul(x, x), positions(x, [[1, 0, 1]]), { axis }), shapes: cube },
  { op: 'embedding', call: (x) => ops.embedding(ops.mul(x, x), positions(x, [[1, 0, 1]])), shapes: [square] },
  {
    op: 'scatterAdd',
    call: (x, y) => ops.scatterAdd(ops.mul(x, x), positions(x, [[1, 0, 1]]), ops.mul(y, y), { axis: 0 }),
    shapes: [square, [1, 3]],
  },

  { op: 'matmul', call: ops.matmul, shapes: [square, [3, 4]] },
  {
    op: 'matmul',
    call: ops.matmul,
    shapes: [
      [2, 1, 2, 3],
      [2, 3, 2],
    ],
  },
  { op: 'matmul', call: ops.matmul, shapes: [[3], [2, 3, 2]] },
  { op: 'dot', call: ops.dot, shapes: [[4], [4]] },
  { op: 'outer', call: ops.outer, shapes: [[2], [3]] },
  { op: 'linear', call: (x, w, b) => ops.linear(x, w, b), shapes: [square, [4, 3], [4]] },
  { op: 'einsum', call: (x, y, z) => ops.einsum('ij,jk,ik->i', x, y, z), shapes: [square, [3, 2], [2, 2]] },
  { op: 'contract', call: (x, y) => ops.contract(x, y, { batch: [[0, 1]], contracted: [[2, 0]] }), shapes: [...cube, [4, 2, 2]] },
  {
    op: 'convolve',
    call: (x, w) => ops.convolve(x, w, { relations: [{ stride: 2, dilation: -1, spacing: 1, offset: 1 }], sizes: [3] }),
    shapes: [
      [1, 1, 2, 5],
      [1, 2, 2, 3],
    ],
  },
  {
    op: 'conv1d',
    call: (x, w, b) => ops.conv1d(x, w, b, { stride: 2, padding: 1 }),
    shapes: [[1, 2, 5], [2, 2, 3], [2]],
  },
  {
    op: 'conv2d',
    call: (x, w) => ops.conv2d(x, w, { dilation: [1, 2], groups: 2 }),
    shapes: [
      [1, 2, 3, 4],
      [2, 1, 2, 2],
    ],
  },
  {
    op: 'conv3d',
    call: (x, w) => ops.conv3d(x, w, { padding: 'same' }),
    shapes: [
      [1, 1, 2, 2, 2],
      [1, 1, 3, 2, 1],
    ],
  },
  {
    op: 'convTranspose1d',
    call: (x, w) => ops.convTranspose1d(x, w, { stride: 2, outputPadding: 1 }),
    shapes: [
      [1, 2, 3],
      [2, 1, 3],
    ],
  },
  {
    op: 'convTranspose2d',
    call: (x, w) => ops.convTranspose2d(x, w, { padding: 1, dilation: 2 }),
    shapes: [
      [1, 1, 3, 3],
      [1, 2, 2, 2],
    ],
  },
  {
    op: 'convTranspose3d',
    call: (x, w) => ops.convTranspose3d(x, w),
    shapes: [
      [1, 1, 2, 2, 1],
      [1, 1, 1, 2, 2],
    ],
  },
  { op: 'maxPool1d', call: (x) => ops.maxPool1d(ops.mul(x, x), { kernel: 3, stride: 2, padding: 1 }), shapes: [[1, 2, 7]] },
  { op: 'maxPool2d', call: (x) => ops.maxPool2d(ops.mul(x, x), { kernel: [2, 3], stride: [2, 1] }), shapes: [[1, 1, 4, 5]] },
  { op: 'maxPool3d', call: (x) => ops.maxPool3d(ops.mul(x, x), { kernel: 2 }), shapes: [[1, 1, 2, 2, 4]] },
  {
    op: 'avgPool1d',
    call: (x) => ops.avgPool1d(ops.mul(x, x), { kernel: 3, padding: 1, countIncludePad: false }),
    shapes: [[1, 2, 7]],
  },
  { op: 'avgPool2d', call: (x) => ops.avgPool2d(ops.mul(x, x), { kernel: 2, stride: 1 }), shapes: [[1, 1, 3, 4]] },
  { op: 'avgPool3d', call: (x) => ops.avgPool3d(ops.mul(x, x), { kernel: 2 }), shapes: [[1, 1, 2, 2, 4]] },
  { op: 'upsampleNearest2d', call: (x) => ops.upsampleNearest2d(ops.mul(x, x), { scale: [2, 1.5] }), shapes: [[1, 1, 2, 3]] },
  { op: 'upsampleBilinear2d', call: (x) => ops.upsampleBilinear2d(ops.mul(x, x), { scale: [2, 1.5] }), shapes: [[1, 1, 2, 3]] },
  { op: 'cholesky', call: (x) => ops.cholesky(definite(x)), shapes: [[3, 3]] },
  {
    op: 'triangularSolve',
    call: (a, b) => ops.triangularSolve(definite(a), b),
    shapes: [
      [3, 3],
      [3, 2],
    ],
  },
  {
    op: 'triangularSolve',
    call: (a, b) => ops.triangularSolve(definite(a), b, { lower: false, transpose: true }),
    shapes: [
      [3, 3],
      [3, 2],
    ],
  },
  {
    op: 'solve',
    call: (a, b) => ops.solve(regular(a), b),
    shapes: [
      [2, 3, 3],
      [3, 2],
    ],
  },
  { op: 'solve', call: (a, b) => ops.solve(regular(a), b), shapes: [[3, 3], [3]] },
  { op: 'inv', call: (x) => ops.inv(regular(x)), shapes: [[3, 3]] },
  { op: 'det', call: ops.det, shapes: [[2, 3, 3]] },
  { op: 'slogdet', call: (x) => ops.slogdet(regular(x)).logAbsDet, shapes: [[3, 3]] },
  { op: 'eigvalsh', call: (x) => ops.eigvalsh(regular(x)), shapes: [[3, 3]] },
  { op: 'eigh', call: (x) => ops.eigh(regular(x)).vectors, shapes: [[2, 3, 3]] },
  { op: 'qr', call: (x) => ops.qr(regular(x)).q, shapes: [[3, 3]] },
  { op: 'qr', call: (x) => ops.qr(ops.slice(regular(x), [[0, 2]])).r, shapes: [[3, 3]] },
  { op: 'svd', call: (x) => ops.svd(regular(x)).s, shapes: [[3, 3]] },
  { op: 'svd', call: (x) => ops.svd(ops.slice(regular(x), [[], [0, 2]])).u, shapes: [[2, 3, 3]] },
  { op: 'fft', along: (axis, x, y) => ops.fft({ real: x, imaginary: y }, { axis }).imaginary, shapes: [cube[0]!, cube[0]!] },
  { op: 'ifft', along: (axis, x, y) => ops.ifft({ real: x, imaginary: y }, { axis }).real, shapes: [cube[0]!, cube[0]!] },
  { op: 'rfft', call: (x) => ops.rfft(x).imaginary, shapes: [[2, 18]] },
  { op: 'irfft', call: (x, y) => ops.irfft({ real: x, imaginary: y }, { length: 5 }), shapes: [square, square] },

  { op: 'softmax', along: (axis, x) => ops.softmax(x, { axis }), shapes: cube },
  { op: 'logSoftmax', along: (axis, x) => ops.logSoftmax(x, { axis }), shapes: cube },
  { op: 'crossEntropy', call: (x) => ops.crossEntropy(x, positions(x, [2, 0])), shapes: [square] },
  {
    op: 'crossEntropy',
    call: (x) => ops.crossEntropy(x, positions(x, [2, 0]), { reduction: 'none', labelSmoothing: 0.1, ignoreIndex: 0 }),
    shapes: [square],
  },
  { op: 'mse', call: (x, y) => ops.mse(x, y), shapes: [square, square] },
  { op: 'l1', call: (x, y) => ops.l1(x, ops.add(y, 3)), shapes: [square, square] },
  { op: 'huber', call: (x, y) => ops.huber(x, y, { delta: 0.3, reduction: 'sum' }), shapes: [square, square] },
  { op: 'hinge', call: (x, y) => ops.hinge(x, y), shapes: [square, square] },
  { op: 'bce', call: (p, t) => ops.bce(p, t), shapes: [square, square], range: apart },
  { op: 'bceWithLogits', call: (x, t) => ops.bceWithLogits(x, t, { reduction: 'sum' }), shapes: [square, square], range: apart },
  { op: 'klDiv', call: (x, t) => ops.klDiv(x, t), shapes: [square, square], range: apart },
  { op: 'nllLoss', call: (x) => ops.nllLoss(ops.mul(x, x), positions(x, [2, 0]), { ignoreIndex: 0 }), shapes: [square] },
  { op: 'crossEntropySoft', along: (axis, x, t) => ops.crossEntropySoft(x, t, { axis }), shapes: [square, square] },
  { op: 'layerNorm', call: (x, gamma, beta) => ops.layerNorm(x, gamma, beta), shapes: [square, [3], [3]] },
  { op: 'rmsNorm', call: (x, gamma) => ops.rmsNorm(x, gamma), shapes: [square, [3]] },
  { op: 'groupNorm', call: (x, gamma, beta) => ops.groupNorm(x, gamma, beta, { groups: 2 }), shapes: [[2, 4, 3], [4], [4]] },
  { op: 'batchNorm', call: (x, gamma, beta) => ops.batchNorm(x, gamma, beta), shapes: [[4, 3], [3], [3]] },
  {
    op: 'batchNormEval',
    call: (x, gamma, beta, mean, variance) => ops.batchNormEval(x, gamma, beta, mean, variance),
    shapes: [square, [3], [3], [3], [3]],
    range: apart,
  },
  {
    op: 'attention',
    call: (q, k, v) => ops.attention(q, k, v, { causal: true }),
    shapes: [
      [2, 3, 2],
      [2, 4, 2],
      [2, 4, 3],
    ],
  },
  {
    op: 'attention',
    call: (q, k, v, mask) => ops.attention(q, k, v, { mask }),
    shapes: [
      [3, 2],
      [4, 2],
      [4, 3],
      [3, 4],
    ],
  },
  { op: 'rnnTanhCell', call: (x, h, wi, wh, bi, bh) => ops.rnnTanhCell(x, h, wi, wh, bi, bh), shapes: cell(1) },
  { op: 'gruCell', call: (x, h, wi, wh, bi, bh) => ops.gruCell(x, h, wi, wh, bi, bh), shapes: cell(3) },
  {
    op: 'lstmCell',
    call: (x, h, wi, wh, bi, bh) => ops.concat(ops.lstmCell(x, h, ops.sin(h), wi, wh, bi, bh)),
    shapes: cell(4),
  },

  { op: 'cast', value: (graph) => ops.cast(numbers(graph, 1.7, -2.5, NaN, 1e20), 'int32'), is: [1, -2, 0, 2147483647] },
  { op: 'stopGradient', value: (graph) => ops.stopGradient(numbers(graph, 1, -2)), is: [1, -2] },
  { op: 'zerosLike', value: (graph) => ops.zerosLike(numbers(graph, 1, -2)), is: [0, 0] },
  { op: 'onesLike', value: (graph) => ops.onesLike(numbers(graph, 1, -2)), is: [1, 1] },
  { op: 'eq', value: (graph) => ops.eq(numbers(graph, 1, 2, 3, NaN), [2, 2, 2, NaN]), is: [false, true, false, false] },
  { op: 'ne', value: (graph) => ops.ne(numbers(graph, 1, 2, 3, NaN), [2, 2, 2, NaN]), is: [true, false, true, true] },
  { op: 'lt', value: (graph) => ops.lt(numbers(graph, 1, 2, 3, NaN), 2), is: [true, false, false, false] },
  { op: 'le', value: (graph) => ops.le(numbers(graph, 1, 2, 3, NaN), 2), is: [true, true, false, false] },
  { op: 'gt', value: (graph) => ops.gt(numbers(graph, 1, 2, 3, NaN), 2), is: [false, false, true, false] },
  { op: 'ge', value: (graph) => ops.ge(numbers(graph, 1, 2, 3, NaN), 2), is: [false, true, true, false] },
  { op: 'isNaN', value: (graph) => ops.isNaN(numbers(graph, 1, NaN, Infinity)), is: [false, true, false] },
  { op: 'isFinite', value: (graph) => ops.isFinite(numbers(graph, 1, NaN, -Infinity)), is: [true, false, false] },
  { op: 'and', value: (graph) => ops.and(...bools(graph)), is: [false, false, false, true] },
  { op: 'or', value: (graph) => ops.or(...bools(graph)), is: [false, true, true, true] },
  { op: 'xor', value: (graph) => ops.xor(...bools(graph)), is: [false, true, true, false] },
  { op: 'not', value: (graph) => ops.not(bools(graph)[0]), is: [true, true, false, false] },
  { op: 'bitAnd', value: (graph) => ops.bitAnd(whole(graph, 12, -1), [10, 7]), is: [8, 7] },
  { op: 'bitOr', value: (graph) => ops.bitOr(whole(graph, 12, -8), [10, 7]), is: [14, -1] },
  { op: 'bitXor', value: (graph) => ops.bitXor(whole(graph, 12, -1), [10, 7]), is: [6, -8] },
  { op: 'bitNot', value: (graph) => ops.bitNot(whole(graph, 0, 5)), is: [-1, -6] },
  { op: 'shiftLeft', value: (graph) => ops.shiftLeft(whole(graph, 1, 3), [4, 33]), is: [16, 6] },
  { op: 'shiftRight', value: (graph) => ops.shiftRight(whole(graph, 16, -8), [4, 1]), is: [1, -4] },
  {
    op: 'argmax',
    value: (graph) =>
      ops.argmax(
        graph.constant([
          [1, 5, 5],
          [7, 2, 3],
        ]),
        { axis: 1 },
      ),
    is: [1, 0],
  },
  {
    op: 'argmin',
    value: (graph) =>
      ops.argmin(
        graph.constant([
          [3, 1, 1],
          [7, 2, 9],
        ]),
        { axis: -1 },
      ),
    is: [1, 1],
  },
  { op: 'argsort', value: (graph) => ops.argsort(numbers(graph, 3, 1, NaN, 2)), is: [1, 3, 0, 2] },
  {
    op: 'oneHot',
    value: (graph) => ops.oneHot(whole(graph, 1, 0, 2), 2),
    is: [
      [0, 1],
      [1, 0],
      [0, 0],
    ],
  },
  {
    op: 'iota',
    value: (graph) => graph.iota([2, 3], { axis: 1 }),
    is: [
      [0, 1, 2],
      [0, 1, 2],
    ],
  },
  { op: 'randomBits', value: (graph) => portion(ops.bitAnd(graph.randomBits([2000]), 1)), is: 0.5 },
  { op: 'randomUniform', value: (graph) => portion(graph.randomUniform([2000], { low: -1, high: 3 })), is: 1 },
  { op: 'randomNormal', value: (graph) => portion(graph.randomNormal([2000], { mean: 3, std: 0.5 })), is: 3 },
  {
    op: 'randomCategorical',
    value: (graph) => portion(ops.randomCategorical(graph.constant(Array(2000).fill([0, 0])))),
    is: 0.5,
  },
  { op: 'randomPermutation', value: (graph) => ops.sort(graph.randomPermutation(4)), is: [0, 1, 2, 3] },
  { op: 'randomBernoulli', value: (graph) => portion(graph.randomBernoulli([2000], 0.3)), is: 0.3 },
  { op: 'dropout', value: (graph) => portion(ops.dropout(graph.constant(Array(2000).fill(0.6)), 0.25)), is: 0.6 },
];
