import { parseArgs } from 'node:util';

export interface Options {
  readonly suites: readonly string[];
  readonly backends: readonly string[];
  readonly json: string | null;
  readonly quick: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [suite…] [options]

Times whole programs, each checked before it is timed, systems in turn. Suites: SUITES; all of them unless some are named.

  --backend <a,b>   backends to time: BACKENDS (js)
  --json <file>     also write the records { suite, case, system, threads, unit, median, min, max, runs }
  --quick           one short window each: for correctness, not for figures
  --help            this text`;

/** Reads the command line; throws an Error whose message is for people. */
export function readOptions(args: readonly string[], suites: readonly string[], backends: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'js' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = values.backend.split(',').filter(Boolean);
  refuseUnknown('suite', positionals, suites);
  refuseUnknown('backend', chosen, backends);
  return {
    suites: positionals.length > 0 ? positionals : suites,
    backends: chosen,
    json: values.json ?? null,
    quick: values.quick,
    help: values.help,
  };
}

function refuseUnknown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No ${what} is called ${unknown.join(', ')}; there are ${known.join(', ')}.`);
}
