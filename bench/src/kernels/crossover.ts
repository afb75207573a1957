import { labelOf } from '../contest.js';
import type { Contender, KernelRecord } from './record.js';

/** From how many elements on one backend is quicker than others. */
export interface Crossover {
  readonly operation: string;
  readonly dtype: string;
  /** The backend, as tables call it. */
  readonly challenger: string;
  /** Between measured sizes times are taken to be straight lines of logarithms; null where it is slower at the largest. */
  readonly from: number | null;
  /** The measured sizes, in elements. */
  readonly sizes: readonly number[];
}

/** Who may overtake whom: backends with an adapter all those without; where that divides none, the others the first. */
export function rolesOf(contenders: readonly Contender[]): { champions: string[]; challengers: string[] } {
  const onAdapter = contenders.filter(({ adapter }) => adapter !== null);
  const onCpu = contenders.filter(({ adapter }) => adapter === null);
  const isSplit = onAdapter.length > 0 && onCpu.length > 0;
  return {
    champions: (isSplit ? onCpu : contenders.slice(0, 1)).map(labelOf),
    challengers: (isSplit ? onAdapter : contenders.slice(1)).map(labelOf),
  };
}

/** Where each challenger overtakes the quickest champion, operation by operation. */
export function crossovers(contenders: readonly Contender[], records: readonly KernelRecord[]): Crossover[] {
  const { champions, challengers } = rolesOf(contenders);
  const kernels = records.filter(({ kind }) => kind === 'kernel');
  const works = new Map(kernels.map(({ operation, dtype }) => [`${operation} ${dtype}`, { operation, dtype }]));
  return [...works.values()].flatMap(({ operation, dtype }) => {
    const mine = kernels.filter((record) => record.operation === operation && record.dtype === dtype);
    return challengers.flatMap((challenger) => {
      const points = pointsOf(mine, challenger, champions);
      if (points.length === 0) return [];
      const sizes = points.map(({ elements }) => elements);
      return [{ operation, dtype, challenger, from: overtakes(points), sizes }];
    });
  });
}

/** A size, and the logarithm of how much longer the challenger takes than the quickest champion. */
interface Point {
  readonly elements: number;
  readonly behind: number;
}

function pointsOf(records: readonly KernelRecord[], challenger: string, champions: readonly string[]): Point[] {
  const sizes = [...new Set(records.map(({ elements }) => elements))].sort((a, b) => a - b);
  return sizes.flatMap((elements) => {
    const here = records.filter((record) => record.elements === elements);
    const time = here.find((record) => labelOf(record) === challenger)?.median;
    const best = Math.min(...here.filter((record) => champions.includes(labelOf(record))).map(({ median }) => median));
    return time === undefined || best === Infinity ? [] : [{ elements, behind: Math.log(time / best) }];
  });
}

/** The size from which it stays ahead. */
function overtakes(points: readonly Point[]): number | null {
  const last = points.findLastIndex(({ behind }) => behind >= 0);
  const [slower, quicker] = [points[last], points[last + 1]];
  if (!quicker) return null;
  if (!slower) return quicker.elements;
  const share = slower.behind / (slower.behind - quicker.behind);
  return Math.exp(Math.log(slower.elements) + share * Math.log(quicker.elements / slower.elements));
}

/** `already at 1,024`, `from 41,000`, or `not up to 4,194,304`. */
export function crossoverText({ from, sizes }: Crossover): string {
  if (from === null) return `not up to ${sizes.at(-1)!.toLocaleString('en')}`;
  if (from === sizes[0]) return `already at ${from.toLocaleString('en')}`;
  return `from ${Number(from.toPrecision(2)).toLocaleString('en')}`;
}
