import { ShapeError } from '../errors.js';
import { showShape } from './shape.js';

/** A number, a boolean, or arrays of them nested to one depth. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Elements in row-major order; booleans as 0 and 1. */
export interface FlatValue {
  readonly shape: readonly number[];
  readonly elements: readonly number[];
  readonly boolean: boolean;
}

/** Flattens `value`. Throws `ShapeError` where rows of one axis differ, or where something is no number and no boolean. */
export function flatten(value: NestedArray, label: string): FlatValue {
  const shape = shapeOf(value);
  const elements: number[] = [];
  const path: number[] = [];
  let booleans = 0;

  const visit = (part: NestedArray): void => {
    const length = shape[path.length];
    if (Array.isArray(part)) {
      if (part.length !== length) throw new ShapeError(`${label}: ${raggedness(path, shape, `has ${counted(part.length)}`)}`);
      for (let i = 0; i < part.length; i++) {
        path.push(i);
        visit(part[i]);
        path.pop();
      }
      return;
    }
    if (length !== undefined) throw new ShapeError(`${label}: ${raggedness(path, shape, `is ${kindOf(part)}`)}`);
    if (typeof part !== 'number' && typeof part !== 'boolean') {
      throw new ShapeError(`${label}: ${place(path)} is ${kindOf(part)}; give numbers, booleans or nested arrays of them.`);
    }
    if (typeof part === 'boolean') booleans++;
    elements.push(Number(part));
  };
  visit(value);
  return { shape, elements, boolean: booleans > 0 && booleans === elements.length };
}

/** The shape that the first element of each axis shows. */
function shapeOf(value: NestedArray): number[] {
  const shape: number[] = [];
  for (let part: NestedArray | undefined = value; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

function raggedness(path: readonly number[], shape: readonly number[], found: string): string {
  const length = shape[path.length];
  const wanted = length === undefined ? 'a number' : `an array of ${counted(length)}`;
  return `the nested array is ragged: ${place(path)} ${found} where ${wanted} is expected, as in ${place(path.map(() => 0))}.`;
}

function counted(length: number): string {
  return length === 1 ? '1 element' : `${length} elements`;
}

function place(path: readonly number[]): string {
  return path.length === 0 ? 'the value' : `element ${showShape(path)}`;
}

function kindOf(part: unknown): string {
  if (part === null || part === undefined) return String(part);
  if (Array.isArray(part)) return 'an array';
  if (ArrayBuffer.isView(part)) return 'a typed array';
  return typeof part === 'object' ? 'an object' : `a ${typeof part}`;
}
