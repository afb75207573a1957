import { BackendError, grad, interpreter, isFloat, type Node, type Tape, TapeMachine, type Tensor, vjp } from '@tapegrad/core';
import { Graph } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { type Line, smoothLines } from '../ops/line.js';
import { table } from '../ops/table.js';
import { limited, misfit } from './limited.js';

type Values = Readonly<Record<string, Float64Array>>;

/** What is computed, and what is fed. */
interface Program {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly feeds: Values;
}

/** Results and gradients of a line of the op table. */
function programOf(line: Line, graph: Graph): Program {
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

/** Are results as on the interpreter, and all kernels such as a thread for each element can run? Null; or what was refused. */
async function refusalOf({ outputs, feeds }: Program): Promise<string | null> {
  const { graph } = Object.values(outputs)[0]!;
  const tapes: Tape[] = [];
  const compiling = new TapeMachine(graph, { backend: limited((tape) => tapes.push(tape)) }).compile(outputs);
  const program = await compiling.catch((error: unknown) => error);
  if (program instanceof BackendError) return program.message;
  const got = await (await compiling).run(feeds);
  const wanted = (await new TapeMachine(graph, { backend: interpreter() }).compile(outputs)).runSync(feeds);
  for (const [name, value] of Object.entries(wanted)) expectClose(got[name]!, value, name);
  for (const instruction of tapes.flatMap((tape) => tape.instructions))
    if (instruction.kind === 'kernel') expect(misfit(instruction.kernel)).toBeNull();
  return null;
}

describe('kernels for threads that compute one element each', () => {
  it.each(table.map((line, i) => ({ line, name: `${line.op} (line ${i + 1})` })))('$name', async ({ line }) => {
    const refused = await refusalOf(programOf(line, new Graph({ dtype: 'float64' })));
    if (refused) expect(refused).toMatch(REFUSED);
  });

  it('are the same where rows are long', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', [3, 60]);
    const y = graph.input('y', [3, 90]);
    const joined = graph.concat([x, y], { axis: 1 });
    const scores = graph.softmax(graph.matmul(joined, graph.transpose(joined)));
    const outputs = {
      joined,
      flat: graph.reshape(graph.concat([graph.reshape(x, [180]), graph.reshape(y, [270])], { axis: 0 }), [450]),
      padded: graph.pad(x, [
        [0, 0],
        [40, 50],
      ]),
      scores,
      normal: graph.layerNorm(joined, graph.splat(2, [150], 'float64'), graph.splat(1, [150], 'float64')),
      gradient: grad(graph.sum(graph.square(scores)), x),
    };
    const wave = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i));
    expect(await refusalOf({ outputs, feeds: { x: wave(180), y: wave(270) } })).toBeNull();
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
