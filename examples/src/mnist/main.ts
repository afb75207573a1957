import { relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runJob } from './job.js';
import { parseOptions, USAGE, UsageError } from './options.js';

/** What a shell expects of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const MISUSED = 2;
/** Milliseconds within which a signal's second coming is awaited. */
const LINGER = 200;

const stop = new AbortController();
// From a terminal under npm the signal comes twice, once from each; both are the one request.
process.on('SIGINT', () => stop.abort());

// Who reads may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const chart = relative(process.cwd(), fileURLToPath(new URL('../../out/loss.svg', import.meta.url)));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(USAGE);
  else if (!(await runJob(options, { output: process.stdout, signal: stop.signal, chart }))) {
    process.exitCode = INTERRUPTED;
    // A process that is leaving hears no signals, and dies of the second one.
    await setTimeout(LINGER);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nnpm start -- --help shows the options.\n`);
  process.exitCode = MISUSED;
}
