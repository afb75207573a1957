import { shortSpan } from '../charts.js';
import { labelOf, type Measurement } from '../contest.js';
import { SUITES } from '../suites/index.js';
import { markdownTable } from './markdown.js';

/** What a case may take on a system, in milliseconds, or how many GFLOP/s it must reach. */
interface Limit {
  readonly case: string;
  readonly system: string;
  readonly most?: number;
  readonly rate?: number;
}

/** On two cores of a server of these years, undisturbed. */
const LIMITS: readonly Limit[] = [
  ...[512, 1024, 2048].flatMap((size) => [
    { case: `matmul-${size}`, system: 'wasm', rate: 32 },
    { case: `matmul-${size}`, system: 'wasm:2', rate: 60 },
  ]),
  { case: 'mlp-sgd', system: 'wasm', most: 4.3 },
  { case: 'mlp-sgd', system: 'wasm:2', most: 2.4 },
  { case: 'mlp-adam', system: 'wasm', most: 4.9 },
  { case: 'mlp-adam', system: 'wasm:2', most: 2.8 },
  { case: 'cnn-sgd', system: 'wasm', most: 5 },
  { case: 'cnn-sgd', system: 'wasm:2', most: 2.9 },
  { case: 'scalar', system: 'wasm', most: 0.0006 },
  { case: 'chain-forward', system: 'wasm', most: 2.8 },
  { case: 'chain-forward', system: 'wasm:2', most: 1.6 },
  { case: 'chain-gradient', system: 'wasm', most: 3.4 },
  { case: 'chain-gradient', system: 'wasm:2', most: 2 },
  { case: 'tiny-sgd', system: 'wasm', most: 0.008 },
  { case: 'deep-sgd', system: 'wasm', most: 1.2 },
  { case: 'deep-sgd', system: 'wasm:2', most: 1.2 },
  { case: 'deep-compile', system: 'wasm', most: 250 },
  { case: 'import', system: 'wasm', most: 130 },
  { case: 'scalar', system: 'js', most: 0.001 },
  { case: 'scalar-hvp', system: 'js', most: 0.003 },
  { case: 'chain-forward', system: 'js', most: 60 },
  { case: 'mlp-sgd', system: 'js', most: 80 },
  { case: 'cnn-sgd', system: 'js', most: 250 },
  { case: 'compile-16000', system: 'js', most: 2000 },
];

/** Each limit that was measured, with what came of it. */
export function limitsTable(measurements: readonly Measurement[]): string {
  const rows = LIMITS.flatMap((limit) => {
    const record = measurements.find((one) => one.case === limit.case && labelOf(one) === limit.system);
    return record ? [rowOf(limit, record)] : [];
  });
  return markdownTable([['case', 'system', 'limit', 'measured', 'held'], ...rows], 2);
}

function rowOf(limit: Limit, { suite, median }: Measurement): string[] {
  const { case: name, system, most, rate } = limit;
  if (most !== undefined) return [name, system, shortSpan(most), shortSpan(median), median <= most ? 'yes' : 'no'];
  const { flops } = SUITES[suite]!().find((work) => work.name === name)!;
  const reached = flops / median / 1e6;
  return [name, system, `${rate} GFLOP/s`, `${reached.toFixed(1)} GFLOP/s`, reached >= rate! ? 'yes' : 'no'];
}
