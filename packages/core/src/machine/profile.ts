import type { Instruction } from '../tape/tape.js';
import { inspect } from '../tensor/print.js';
import { few, usersNodes } from './explain.js';
import { host } from './host.js';
import type { Rehearsal } from './rehearsal.js';

/** What one instruction took. */
export interface ProfileEntry {
  readonly index: number;
  readonly kind: Instruction['kind'];
  /** The user's nodes that it computes, as `matmul %4`. */
  readonly nodes: readonly string[];
  /** The median over the runs. */
  readonly milliseconds: number;
  /** Bytes that it reads and writes at least, and scalar operations. */
  readonly bytes: number;
  readonly flops: number;
  /** Has an earlier instruction computed the same, so that this one only saves memory? */
  readonly again: boolean;
}

/** Time, bytes and flops by instruction. Prints as a table. */
export class Profile {
  readonly entries: readonly ProfileEntry[];

  constructor(entries: readonly ProfileEntry[]) {
    this.entries = entries;
  }

  get milliseconds(): number {
    return this.entries.reduce((sum, entry) => sum + entry.milliseconds, 0);
  }

  toString(): string {
    const total = this.milliseconds;
    const rows = this.entries.map((entry) => [
      String(entry.index),
      entry.milliseconds.toFixed(4),
      `${total > 0 ? ((100 * entry.milliseconds) / total).toFixed(1) : '0.0'}%`,
      rate(entry.bytes, entry.milliseconds),
      rate(entry.flops, entry.milliseconds),
      nameOfEntry(entry),
    ]);
    const header = ['#', 'ms', 'share', 'GB/s', 'GFLOP/s', 'computes'];
    const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)));
    const line = (row: readonly string[]): string =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] as number))).join('  ');
    return [`profile: ${total.toFixed(4)} ms in ${rows.length} instructions`, line(header), ...rows.map(line)].join('\n');
  }

  [inspect](): string {
    return this.toString();
  }

  /** The run as JSON in Chrome's trace format, for chrome://tracing and Perfetto. */
  toChromeTrace(): string {
    let now = 0;
    const traceEvents = this.entries.map((entry) => {
      const { index, kind, milliseconds, bytes, flops } = entry;
      const begin = now;
      now += milliseconds * 1000;
      const name = nameOfEntry(entry);
      return { name, cat: kind, ph: 'X', ts: begin, dur: milliseconds * 1000, pid: 1, tid: 1, args: { index, bytes, flops } };
    });
    return JSON.stringify({ traceEvents, displayTimeUnit: 'ms' });
  }
}

function nameOfEntry({ kind, nodes, again }: ProfileEntry): string {
  return `${few(nodes) || kind}${again ? ', again' : ''}`;
}

/** Billions a second. */
function rate(count: number, milliseconds: number): string {
  return milliseconds > 0 ? (count / milliseconds / 1e6).toFixed(2) : '-';
}

/** Times every instruction of a begun rehearsal, after one run to warm up; nothing takes effect on the machine. */
export function profileRuns({ tape, executable }: Rehearsal, runs: number): Profile {
  const times = tape.instructions.map((): number[] => []);
  for (let run = 0; run <= runs; run++) {
    tape.instructions.forEach((_, i) => {
      const begin = host.performance.now();
      executable.executeOne(i);
      if (run > 0) times[i]!.push(host.performance.now() - begin);
    });
  }
  return new Profile(
    tape.instructions.map((instruction, index) => ({
      index,
      kind: instruction.kind,
      nodes: usersNodes(instruction).map((node) => `${node.op.name} %${node.id}`),
      milliseconds: median(times[index] as number[]),
      bytes: instruction.bytes,
      flops: instruction.flops,
      again: instruction.again !== undefined,
    })),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
