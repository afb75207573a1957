import type { NestedArray, Node } from '@tapegrad/core';
import type * as ops from '@tapegrad/ops';
import type { Graph } from 'tapegrad';

export type OpName = {
  readonly [K in keyof typeof ops]: (typeof ops)[K] extends (...args: never[]) => unknown ? K : never;
}[keyof typeof ops];

/** An op whose derivatives are checked where it is smooth: on arguments of these shapes, from this range. */
export interface SmoothLine {
  readonly op: OpName;
  readonly call: (...inputs: Node[]) => Node;
  readonly shapes: readonly (readonly number[])[];
  readonly range?: readonly [low: number, high: number];
}

/** The same for an op along an axis, tried on each axis of its first argument, and counted from the end. */
export interface AlongLine extends Omit<SmoothLine, 'call'> {
  readonly along: (axis: number, ...inputs: Node[]) => Node;
}

/** An op without derivative, or of draws: what it gives. */
export interface ValueLine {
  readonly op: OpName;
  readonly value: (graph: Graph) => Node;
  readonly is: NestedArray;
}

export type Line = SmoothLine | AlongLine | ValueLine;

/** A line along an axis, as lines for all its axes and for the last one counted from the end. */
export function smoothLines(line: SmoothLine | AlongLine): SmoothLine[] {
  if ('call' in line) return [line];
  const { along, ...rest } = line;
  return [...line.shapes[0]!.keys(), -1].map((axis) => ({ ...rest, call: (...inputs) => along(axis, ...inputs) }));
}
