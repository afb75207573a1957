import { BackendError, interpreter, isFloat, type Node, type Tape, TapeMachine, type Tensor, vjp } from '@tapegrad/core';
import { Graph } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { type Line, smoothLines } from '../ops/line.js';
import { table } from '../ops/table.js';
import { limited, misfit } from './limited.js';

type Values = Readonly<Record<string, Float64Array>>;

/** Results and gradients of a line of the op table, and what to feed. */
function programOf(line: Line, graph: Graph): { readonly outputs: Record<string, Node>; readonly feeds: Values } {
  if ('value' in line) return { outputs: { y: line.value(graph) }, feeds: {} };
  const outputs: Record<string, Node> = {};
  const feeds: Record<string, Float64Array> = {};
  smoothLines(line).forEach(({ call, shapes, range: [low, high] = [-1, 1] }, k) => {
    const x = shapes.map((shape, i) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const spread = (j: number): number => low + (high - low) * ((0.31 + 0.618034 * (j + 1) + 0.4142 * i) % 1);
      feeds[`x${k}_${i}`] = Float64Array.from({ length }, (_, j) => spread(j));
      return graph.input(`x${k}_${i}`, shape);
    });
    const y = call(...x);
    outputs[`y${k}`] = y;
    if (!isFloat(y.dtype)) return;
    vjp([y], x, [graph.broadcastTo(graph.constant(1.5), y.shape)]).forEach((gradient, i) => {
      outputs[`g${k}_${i}`] = gradient;
    });
  });
  return { outputs, feeds };
}

/** Ops that are procedures and nothing else. */
const REFUSED = /no kernel for (cholesky|triangularSolve|lu|solve|jacobi|hestenes|qr|determinant)/;

describe('kernels for threads that compute one element each', () => {
  it.each(table.map((line, i) => ({ line, name: `${line.op} (line ${i + 1})` })))('$name', async ({ line }) => {
    const graph = new Graph({ dtype: 'float64' });
    const { outputs, feeds } = programOf(line, graph);
    const tapes: Tape[] = [];
    const compiling = new TapeMachine(graph, { backend: limited((tape) => tapes.push(tape)) }).compile(outputs);
    const program = await compiling.catch((error: unknown) => error);
    if (program instanceof BackendError) {
      expect(program.message).toMatch(REFUSED);
      return;
    }
    const got = await (await compiling).run(feeds);
    const wanted = (await new TapeMachine(graph, { backend: interpreter() }).compile(outputs)).runSync(feeds);
    for (const [name, value] of Object.entries(wanted)) expectClose(got[name]!, value, name);
    for (const instruction of tapes.flatMap((tape) => tape.instructions))
      if (instruction.kind === 'kernel') expect(misfit(instruction.kernel)).toBeNull();
  });
});

function expectClose(got: Tensor, wanted: Tensor, name: string): void {
  expect([got.dtype, got.shape]).toEqual([wanted.dtype, wanted.shape]);
  wanted.data.forEach((value, i) => {
    const other = got.data[i]!;
    const close = Object.is(other, value) || Math.abs(other - value) <= 1e-9 * (1 + Math.abs(value));
    expect(close || other === value, `${name} at ${i}: ${other} and ${value}`).toBe(true);
  });
}
