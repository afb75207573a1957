/** A value of an operand: numbers are floats, unless they are marked as whole. */
export type Value = number | boolean | readonly Value[];

export interface Whole {
  readonly whole: Value;
}

/** An op at work: a call, written as people write it, of operands that it names. Run when the page is built. */
export interface Sample {
  readonly call: string;
  readonly operands: Readonly<Record<string, Value | Whole>>;
  /** Draws the op and its derivative over this interval, if it takes one number and gives one. */
  readonly plot?: Plot;
}

export interface Plot {
  readonly from: number;
  readonly to: number;
  /** Between these; what the curves need, but for what is far off, unless given. */
  readonly between?: readonly [low: number, high: number];
  /** What is drawn, of `x`; the call of the sample unless given. */
  readonly call?: string;
}

/** Ops of one kind: a page of its own, and one for each of them. */
export interface Group {
  readonly title: string;
  readonly about: string;
  /** Are operands and result shown side by side, as tables of numbers? */
  readonly tables?: boolean;
  readonly ops: Readonly<Record<string, Sample>>;
}

export function whole(value: Value): Whole {
  return { whole: value };
}

/** A sample of an op: its call, the operands, and what is drawn. */
export function sample(call: string, operands: Sample['operands'] = {}, plot?: Plot): Sample {
  return { call, operands, ...(plot && { plot }) };
}

/** The same of an op on one number, with its picture. */
export function curve(call: string, x: readonly number[], plot: Plot): Sample {
  return sample(call, { x }, plot);
}
