import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runJob } from './job.js';
import { parseOptions, USAGE, UsageError } from './options.js';

/** What a shell expects of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const MISUSED = 2;

const stop = new AbortController();
// From a terminal under npm the signal comes twice, once from each; both are the one request.
process.on('SIGINT', () => stop.abort());

const chart = relative(process.cwd(), fileURLToPath(new URL('../../out/loss.svg', import.meta.url)));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(USAGE);
  else if (!(await runJob(options, { output: process.stdout, signal: stop.signal, chart }))) process.exitCode = INTERRUPTED;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nnpm start -- --help shows the options.\n`);
  process.exitCode = MISUSED;
}
