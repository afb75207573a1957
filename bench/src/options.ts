import { parseArgs } from 'node:util';

/** A name and a number of threads, as `wasm:2` asks for. */
export interface Asked {
  readonly name: string;
  readonly threads: number;
}

/** Who takes part. */
export interface Entrants {
  readonly backends: readonly Asked[];
  readonly peers: readonly Asked[];
}

/** What is measured: times of suites, of single operations, the limits that instructions come near, or resident memory. */
export type Task = 'time' | 'kernels' | 'roofline' | 'memory';

export interface Options extends Entrants {
  readonly task: Task;
  readonly suites: readonly string[];
  readonly operations: readonly string[];
  readonly json: string | null;
  readonly svg: string | null;
  readonly html: string | null;
  readonly quick: boolean;
  readonly help: boolean;
}

/** Systems by name, with the most threads of each. */
export type Systems = Readonly<Record<string, { readonly threads: number }>>;

/** What there is to choose from. */
export interface Choices {
  readonly suites: readonly string[];
  readonly operations: readonly string[];
  readonly backends: Systems;
  readonly peers: Systems;
}

export function usage({ suites, operations, backends, peers }: Choices): string {
  return `npm run bench -- [suite…] [options]
npm run bench -- kernels [operation…] [options]
npm run bench -- roofline [--backend <a,b>]
npm run bench -- memory [--backend <a,b>] [--peer <a,b>]

Times whole programs, each checked before it is timed, systems in turn. All suites unless some are named: ${suites.join(', ')}.
\`kernels\` compares backends by single operations in several sizes and dtypes, what it costs to start programs and to move data, and says from
which size on one backend is quicker than another. All operations unless some are named: ${operations.join(', ')}.
\`roofline\` holds each instruction of a step of mlp and cnn against what the machine can do; \`memory\` tells the resident memory in mlp.

  --backend <a,b>   backends to time: ${Object.keys(backends).join(', ')} (wasm); name:n gives one n threads
  --peer <a,b>      other libraries to time beside them: ${Object.keys(peers).join(', ')} (none); name:n too
  --json <file>     also write the records { suite, case, system, threads, unit, median, min, max, runs, ratio };
                    of kernels all that is known of the comparison
  --svg <folder>    also draw a chart of each suite
  --html <file>     of kernels, also write a page with charts, which needs no other file
  --quick           one short window each, and no long cases: for correctness, not for figures
  --help            this text`;
}

/** Reads the command line; throws an Error whose message is for people. */
export function readOptions(args: readonly string[], choices: Choices): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'wasm' },
      peer: { type: 'string', default: '' },
      json: { type: 'string' },
      svg: { type: 'string' },
      html: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [first, ...rest] = positionals;
  const task = first === 'kernels' || first === 'roofline' || first === 'memory' ? first : 'time';
  const suites = task === 'time' ? positionals : [];
  const operations = task === 'kernels' ? rest : [];
  if (task !== 'time' && task !== 'kernels' && rest.length > 0)
    throw new Error(`${task} takes no suites; it was given ${rest.join(', ')}.`);
  if (task !== 'kernels' && values.html !== undefined)
    throw new Error('Only kernels write a page: npm run bench -- kernels --html <file>.');
  refuseUnknown('suite', suites, choices.suites);
  refuseUnknown('operation', operations, choices.operations);
  return {
    task,
    suites: suites.length > 0 ? suites : choices.suites,
    operations: operations.length > 0 ? operations : choices.operations,
    backends: listed(values.backend).map((text) => readAsked('backend', text, choices.backends)),
    peers: listed(values.peer).map((text) => readAsked('peer', text, choices.peers)),
    json: values.json ?? null,
    svg: values.svg ?? null,
    html: values.html ?? null,
    quick: values.quick,
    help: values.help,
  };
}

function listed(text: string): string[] {
  return text.split(',').filter(Boolean);
}

function readAsked(what: string, text: string, systems: Systems): Asked {
  const [name, count = '1'] = text.split(':') as [string, string?];
  refuseUnknown(what, [name], Object.keys(systems));
  const threads = Number(count);
  const most = systems[name]!.threads;
  if (!Number.isInteger(threads) || threads < 1)
    throw new Error(`${text}: after the colon stands a number of threads, as in ${name}:1.`);
  if (threads > most) throw new Error(`${text}: ${name} runs on ${most === 1 ? 'one thread' : `at most ${most} threads`}.`);
  return { name, threads };
}

function refuseUnknown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No ${what} is called ${unknown.join(', ')}; there are ${known.join(', ')}.`);
}
