import { add, asPublic, composite, mul, type Node, type Operand } from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { split } from './concat.js';
import { tanh } from './hyperbolic.js';
import { linear } from './matmul.js';
import { sigmoid } from './sigmoid.js';

type Cell = readonly [x: Node, h: Node, wi: Node, wh: Node, bi: Node, bh: Node];

/**
 * One step of a simple recurrent network: tanh(x·wiᵀ + bi + h·whᵀ + bh). x is `[…, inputs]`, h `[…, hidden]`, wi `[hidden, inputs]`, wh
 * `[hidden, hidden]`, bi and bh `[hidden]`; the result, the new h, is `[…, hidden]`. Throws `ShapeError` where they do not fit. After Elman,
 * "Finding structure in time", 1990.
 *
 * @formula h' = tanh(Wᵢ·x + bᵢ + Wₕ·h + bₕ)
 * @derivative 1 − h'² times that of the argument
 * @example
 * const next = rnnTanhCell(x, h, wi, wh, bi, bh);
 */
export const rnnTanhCell = composite<Cell>('rnnTanhCell', {
  define: (x, h, wi, wh, bi, bh) => tanh(add(linear(x, wi, bi), linear(h, wh, bh))),
});

/**
 * One step of a gated recurrent unit, with the gates r, z, n in this order along the first axis of the weights:
 * n = tanh(x·wiₙᵀ + biₙ + r·(h·whₙᵀ + bhₙ)), and the new h is (1 − z)·n + z·h.
 *
 * Shapes: x `[…, inputs]`, h `[…, hidden]`, wi `[3·hidden, inputs]`, wh `[3·hidden, hidden]`, bi and bh `[3·hidden]`; the result is
 * `[…, hidden]`. Throws `ShapeError` where they do not fit. After Cho et al., "Learning phrase representations using RNN encoder-decoder",
 * 2014, with r applied after the product, as cuDNN and PyTorch do.
 *
 * @formula h' = (1 − z)·n + z·h, with r, z = σ(…), n = tanh(Wᵢₙ·x + bᵢₙ + r·(Wₕₙ·h + bₕₙ))
 * @derivative as the definition's
 * @example
 * const next = gruCell(x, h, wi, wh, bi, bh);
 */
export const gruCell = composite<Cell>('gruCell', {
  define: (x, h, wi, wh, bi, bh) => {
    const [xr, xz, xn] = split(linear(x, wi, bi), 3, { axis: -1 }) as [Node, Node, Node];
    const [hr, hz, hn] = split(linear(h, wh, bh), 3, { axis: -1 }) as [Node, Node, Node];
    const r = sigmoid(add(xr, hr));
    const z = sigmoid(add(xz, hz));
    const n = tanh(add(xn, mul(r, hn)));
    return add(mul(sub(1, z), n), mul(z, h));
  },
});

/**
 * One step of a long short-term memory, with the gates i, f, g, o in this order along the first axis of the weights. Gives the new h and c:
 * c′ = σ(f)·c + σ(i)·tanh(g) and h′ = σ(o)·tanh(c′), the gates being x·wiᵀ + bi + h·whᵀ + bh.
 *
 * Shapes: x `[…, inputs]`, h and c `[…, hidden]`, wi `[4·hidden, inputs]`, wh `[4·hidden, hidden]`, bi and bh `[4·hidden]`; h′ and c′ are
 * `[…, hidden]`. Throws `ShapeError` where they do not fit. After Hochreiter & Schmidhuber, "Long short-term memory", 1997, and Gers,
 * Schmidhuber & Cummins, "Learning to forget", 2000.
 *
 * @formula c' = f·c + i·g, h' = o·tanh(c'), with i, f, o = σ(…), g = tanh(…) of Wᵢ·x + bᵢ + Wₕ·h + bₕ
 * @derivative as the definition's
 * @example
 * const [h1, c1] = lstmCell(x, h, c, wi, wh, bi, bh);
 */
export const lstmCell = asPublic(
  'lstmCell',
  (x: Operand, h: Operand, c: Operand, wi: Operand, wh: Operand, bi: Operand, bh: Operand): [h: Node, c: Node] => {
    const gates = add(linear(x, wi, bi), linear(h, wh, bh));
    const [i, f, g, o] = split(gates, 4, { axis: -1 }) as [Node, Node, Node, Node];
    const memory = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    return [mul(sigmoid(o), tanh(memory)), memory];
  },
);
