import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A process that is asked by lines of JSON and answers each with one: `{ answer }` or `{ error }`. */
export class LineProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending: Pending[] = [];
  #complaints = '';
  #ended = false;

  private constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn(command, args, { env: { ...process.env, ...environment } });
    this.#child.stderr.on('data', (text) => {
      this.#complaints += text;
    });
    // What a process that is gone was to read is lost with it; its end says so.
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#answer(line));
    this.#child.on('error', ({ message }) => this.#end(message));
    this.#child.on('close', (code) => this.#end(this.#complaints.trim() || `ended with code ${code}`));
  }

  /** Starts a process and awaits its first line, which needs no question. Rejects with what it complained of where it ends instead. */
  static async start(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<LineProcess> {
    const started = new LineProcess(command, args, environment);
    await started.#next();
    return started;
  }

  /** Sends a question, in which typed arrays go as `{ float32 }` or `{ int32 }`, and gives the answer. */
  ask<Answer>(question: unknown): Promise<Answer> {
    if (this.#ended) return Promise.reject(new Error(this.#complaints));
    this.#child.stdin.write(`${JSON.stringify(question, packed)}\n`);
    return this.#next() as Promise<Answer>;
  }

  /** Lets it end, as its input does, and awaits that. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#child.stdin.end();
    await once(this.#child, 'close');
  }

  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }));
  }

  #answer(line: string): void {
    const { answer, error } = JSON.parse(line) as { answer?: unknown; error?: string };
    const pending = this.#pending.shift();
    if (error === undefined) pending?.resolve(answer);
    else pending?.reject(new Error(error));
  }

  #end(complaints: string): void {
    this.#ended = true;
    this.#complaints = complaints;
    for (const { reject } of this.#pending.splice(0)) reject(new Error(complaints));
  }
}

function packed(_key: string, value: unknown): unknown {
  if (value instanceof Float32Array) return { float32: base64(value) };
  if (value instanceof Int32Array) return { int32: base64(value) };
  return value;
}

function base64({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** Values of float32 as {@link LineProcess} has them in answers. */
export function float32Of(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
