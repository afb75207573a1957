import { OptionError } from './errors.js';

/** Every option by name, with what it is unless said: undefined where that is nothing, and where it must be said. */
export type Defaults<O extends object> = { readonly [K in keyof O]-?: O[K] | undefined };

/** Options over defaults: what has a default is there. */
export type Filled<O extends object, D extends Defaults<O>> = {
  readonly [K in keyof O as D[K] extends undefined ? never : K]-?: Exclude<O[K], undefined>;
} & { readonly [K in keyof O as D[K] extends undefined ? K : never]: O[K] };

/**
 * What a public function was given as options, over `defaults`, which name every option that there is; the compiler asks for all of them.
 * Undefined counts as not given, and what is undefined both ways is left out.
 *
 * Throws `OptionError` for a name that is no option, and for what is no object.
 *
 * @example
 * interface DecayOptions {
 *   readonly every?: number;
 *   readonly factor?: number;
 * }
 * function decayed(step: number, options?: DecayOptions): number {
 *   const { every, factor } = optionsOf('decayed', options, { every: 10, factor: 0.5 });
 *   return factor ** Math.floor(step / every);
 * }
 * console.log(decayed(30, { factor: 1 }), decayed(30, { every: 30 })); // 1 0.5
 */
export function optionsOf<O extends object, const D extends Defaults<O>>(
  call: string,
  given: O | undefined,
  defaults: D,
): Filled<O, D> {
  const said = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (given === null || typeof said !== 'object') throw noOptions(call, given, Object.keys(defaults));
  refuseOthers(call, said, Object.keys(defaults));
  const filled: Record<string, unknown> = {};
  for (const [name, otherwise] of Object.entries(defaults)) {
    const value = said[name] === undefined ? otherwise : said[name];
    if (value !== undefined) filled[name] = value;
  }
  return filled as Filled<O, D>;
}

function noOptions(call: string, given: unknown, names: readonly string[]): OptionError {
  return new OptionError(`${call}: ${given} is no set of options; give an object. ${takes('It', names)}`, { op: call });
}

/** Throws `OptionError` for what `given` has besides `names`; it says which is likely to be meant. */
export function refuseOthers(
  call: string,
  given: object,
  names: readonly string[],
  { what = 'option', op = call }: { readonly what?: 'option' | 'rule'; readonly op?: string } = {},
): void {
  for (const name in given) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const rest = meant === undefined ? `; ${takes('it', names)}` : `; did you mean ${meant}? ${takes('It', names)}`;
    throw new OptionError(`${call}: ${name} is no ${what}${rest}`, { op });
  }
}

function takes(it: string, names: readonly string[]): string {
  return `${it} takes ${names.join(', ') || 'none'}.`;
}

/** The name that is most like the one that was written, whose start that is or of which less than half would have to change. */
function nearest(written: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => ({ name, far: distance(written.toLowerCase(), name.toLowerCase()) }));
  const near = distances.filter(({ name, far }) => 2 * far < Math.max(name.length, written.length));
  return near.sort((a, b) => a.far - b.far)[0]?.name;
}

/** An abbreviation of at least three letters is as near as one change. */
function distance(written: string, name: string): number {
  return written.length >= 3 && name.startsWith(written) ? Math.min(1, name.length - written.length) : changes(written, name);
}

/** How many letters must be inserted, left out or replaced to make one word of the other: Levenshtein's distance, row by row. */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === to[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
