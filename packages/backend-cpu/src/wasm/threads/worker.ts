import { workerSource } from './source.js';

/** A worker, wherever it runs. */
export interface Worker {
  post(message: object): void;
  end(): void;
}

/** What becomes of a worker that ends by itself: why, where that is known. */
export type Ended = (why: string | null) => void;

/** The part of a Node worker that is used. */
interface NodeWorker {
  postMessage(message: object): void;
  terminate(): Promise<number>;
  unref(): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: () => void): void;
}

interface NodeWorkers {
  readonly Worker: new (source: string, options: { eval: boolean; execArgv: string[]; env: object; name: string }) => NodeWorker;
}

/** The part of a Web Worker that is used. */
interface PageWorker {
  postMessage(message: object): void;
  terminate(): void;
  addEventListener(event: 'error', listener: (event: { message?: string }) => void): void;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  readonly Worker?: new (url: string, options: { name: string }) => PageWorker;
  readonly Blob: new (parts: string[], options: { type: string }) => object;
  readonly URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
  readonly SharedArrayBuffer?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

const host = globalThis as unknown as Host;
const NAME = 'tapegrad';

/** A module of Node's own, where there is one: bundlers for browsers find no import. */
function builtin<M>(name: string): M | undefined {
  return host.process?.getBuiltinModule?.(name) as M | undefined;
}

/** Can threads share memory here? Not in Node before 20.16, nor in a page that is not isolated from others. */
export function canShare(): boolean {
  const workers = builtin('node:worker_threads') !== undefined || host.Worker !== undefined;
  return workers && host.SharedArrayBuffer !== undefined && host.crossOriginIsolated !== false;
}

/** How many threads this machine runs at once. */
export function cores(): number {
  const os = builtin<{ availableParallelism(): number }>('node:os');
  return os?.availableParallelism() ?? host.navigator?.hardwareConcurrency ?? 1;
}

/** Starts a worker that does not keep the process from ending. Where that is forbidden, it has ended at once. */
export function startWorker(ended: Ended): Worker {
  const node = builtin<NodeWorkers>('node:worker_threads');
  try {
    return node ? startInNode(node, ended) : startInPage(ended);
  } catch (error) {
    ended(whyOf(error));
    return { post: () => {}, end: () => {} };
  }
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function startInNode({ Worker }: NodeWorkers, ended: Ended): Worker {
  const source = workerSource(
    "require('node:worker_threads').parentPort.on.bind(require('node:worker_threads').parentPort, 'message')",
  );
  // No options of the process: a worker needs no loader of TypeScript.
  const worker = new Worker(source, { eval: true, execArgv: [], env: {}, name: NAME });
  worker.unref();
  worker.on('error', (error) => ended(whyOf(error)));
  worker.on('exit', () => ended(null));
  return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() };
}

function startInPage(ended: Ended): Worker {
  const url = host.URL.createObjectURL(
    new host.Blob([workerSource("((serve) => addEventListener('message', ({ data }) => serve(data)))")], {
      type: 'text/javascript',
    }),
  );
  const worker = new host.Worker!(url, { name: NAME });
  worker.addEventListener('error', ({ message }) =>
    ended(message ?? "the page's Content-Security-Policy must allow workers from blob: (worker-src blob:)"),
  );
  return {
    post: (message) => worker.postMessage(message),
    end: () => {
      worker.terminate();
      host.URL.revokeObjectURL(url);
    },
  };
}
