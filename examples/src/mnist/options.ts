import { parseArgs } from 'node:util';
import { OPTIMIZERS, type OptimizerName } from './optimizers.js';

export const BACKENDS = ['wasm', 'js', 'interpreter'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Options {
  readonly epochs: number;
  readonly batch: number;
  /** Without it: what suits the optimizer. */
  readonly learningRate?: number;
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly backend: BackendName;
  /** Sizes of the hidden layers; without them, those of the model that is loaded. */
  readonly hidden?: readonly number[];
  readonly save?: string;
  readonly load?: string;
  /** The test digit to read, in place of training. */
  readonly predict?: number;
  /** How many digits to use, of each set. */
  readonly limit?: number;
}

/** What the user asked for makes no sense; the message says what would. */
export class UsageError extends Error {}

export const USAGE = `Trains a network on the MNIST digits and shows that it learnt.

npm start -- [options]

  --epochs <n>           how often to go through the training digits (5)
  --batch <n>            digits in a step (128)
  --learning-rate <x>    the first one; it falls to 0 along a cosine (0.15 for sgd, 0.003 for the others)
  --optimizer <name>     ${OPTIMIZERS.join(', ')} (sgd, with momentum 0.9)
  --hidden <n,n,…>       sizes of the hidden layers (128)
  --seed <n>             of the first weights and of the order of the digits (0)
  --backend <name>       ${BACKENDS.join(', ')} (wasm)
  --limit <n>            use only the first n digits of each set
  --save <file>          save the trained model (safetensors)
  --load <file>          start from a saved model
  --predict <n>          read test digit n, from 0, with the model of --load; no training
  --help                 this text
`;

/** Reads the command line. Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const values = parsed(args);
  if (values.help) return 'help';
  const { save, load } = values;
  const predict = values.predict === undefined ? undefined : whole('predict', values.predict, 0);
  if (predict !== undefined && load === undefined) {
    throw new UsageError('--predict needs a trained model: give --load <file> too, of a file that --save wrote.');
  }
  return {
    epochs: whole('epochs', values.epochs ?? '5', 0),
    batch: whole('batch', values.batch ?? '128', 1),
    optimizer: oneOf('optimizer', values.optimizer ?? 'sgd', OPTIMIZERS),
    seed: whole('seed', values.seed ?? '0', 0),
    backend: oneOf('backend', values.backend ?? 'wasm', BACKENDS),
    ...(values['learning-rate'] !== undefined && { learningRate: positive('learning-rate', values['learning-rate']) }),
    ...(values.hidden !== undefined && { hidden: values.hidden.split(',').map((size) => whole('hidden', size, 1)) }),
    ...(values.limit !== undefined && { limit: whole('limit', values.limit, 1) }),
    ...(save !== undefined && { save }),
    ...(load !== undefined && { load }),
    ...(predict !== undefined && { predict }),
  };
}

function parsed(args: readonly string[]) {
  const value = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        epochs: value,
        batch: value,
        'learning-rate': value,
        optimizer: value,
        hidden: value,
        seed: value,
        backend: value,
        limit: value,
        save: value,
        load: value,
        predict: value,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(option: string, text: string, least: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`--${option}: '${text}' is no whole number of at least ${least}.`);
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UsageError(`--${option}: '${text}' is no number above 0.`);
}

function oneOf<T extends string>(option: string, text: string, names: readonly T[]): T {
  const name = names.find((each) => each === text);
  if (name !== undefined) return name;
  throw new UsageError(`--${option}: there is no '${text}'; there are ${names.join(', ')}.`);
}
