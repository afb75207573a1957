/** An array as the file holds it; strings stand for NaN and the infinities. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface StoredInput extends StoredArray {
  readonly int?: boolean;
  readonly const?: boolean;
}

export type Params = Readonly<Record<string, unknown>>;
export type StoredStep = readonly [
  result: string | readonly string[],
  op: string,
  args: readonly (string | number)[],
  params?: Params,
];
export type ByName = Readonly<Record<string, StoredArray>>;

export interface OracleCase {
  readonly id: string;
  readonly group: string;
  readonly inputs: Readonly<Record<string, StoredInput>>;
  readonly steps: readonly StoredStep[];
  readonly outputs: readonly string[];
  readonly values: readonly StoredArray[];
  readonly w?: readonly StoredArray[];
  readonly loss?: number | string;
  readonly grads?: ByName;
  readonly tangents?: ByName;
  readonly jvp?: readonly StoredArray[];
  readonly hvp?: { readonly v: ByName; readonly hv: ByName };
  readonly hessian?: StoredArray & { readonly wrt: string };
  readonly jacobian?: StoredArray & { readonly of: string; readonly wrt: string };
}

interface Descent {
  readonly id: string;
  readonly optimizer: string;
  readonly options: Params;
}

export interface IrisTrajectory extends Descent {
  readonly kind: 'iris';
  readonly init: ByName;
  readonly steps: number;
  readonly losses?: readonly number[];
  readonly loss_at?: Readonly<Record<string, number>>;
  readonly final?: ByName;
  readonly final_loss?: number;
  readonly final_accuracy?: number;
}

export interface ParameterTrajectory extends Descent {
  readonly kind: 'param1';
  readonly p: readonly number[];
  readonly f: readonly number[];
  readonly g: readonly number[];
}

export interface StoredSchedule {
  readonly id: string;
  readonly base_lr: number;
  readonly lrs: readonly number[];
}

export interface StoredClipping {
  readonly grads: readonly StoredArray[];
  readonly max_norm: number;
  readonly total_norm: number;
  readonly clipped: readonly StoredArray[];
}

export interface Oracle {
  readonly cases: readonly OracleCase[];
  readonly iris?: { readonly x: StoredArray; readonly labels: readonly number[] };
  readonly trajectories?: readonly (IrisTrajectory | ParameterTrajectory)[];
  readonly schedules?: readonly StoredSchedule[];
  readonly clip_grad_norm?: StoredClipping;
}

/** The numbers of a stored array. */
export function numbersOf({ data }: StoredArray): number[] {
  return data.map(Number);
}
