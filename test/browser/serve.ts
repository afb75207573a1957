import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export interface Served {
  readonly url: string;
  /** What has been asked for so far. */
  paths(): readonly string[];
  close(): Promise<void>;
}

/** Serves the files of a folder on a free port of this machine; `isolated` gives its pages shared memory. `headers` are further ones. */
export async function serve(folder: string, isolated: boolean, headers: Readonly<Record<string, string>> = {}): Promise<Served> {
  const paths: string[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    paths.push(path);
    const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    try {
      const bytes = await readFile(file);
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, ...(isolated && ISOLATION), ...headers }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    paths: () => paths,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
