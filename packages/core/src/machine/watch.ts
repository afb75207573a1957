import { NonFiniteError } from '../errors.js';
import { type DataAttrs, dataOp, isConstant } from '../graph/leaves.js';
import { type Node, usersNode } from '../graph/node.js';
import type { Slot, Tape } from '../tape/tape.js';
import { isFloat, type TypedArray } from '../tensor/dtype.js';
import { showShape } from '../tensor/shape.js';
import type { HostExecutable } from './backend.js';

/** Executes an unfused tape once. Throws `NonFiniteError` at the first instruction whose result holds a NaN or an infinity. */
export function executeWatched(tape: Tape, executable: HostExecutable): void {
  const slots = new Map<Node, Slot>([...tape.inputs, ...tape.states].map(({ node, slot }) => [node, slot]));
  tape.instructions.forEach((instruction, i) => {
    executable.executeOne(i);
    for (const slot of instruction.writes) {
      slots.set(slot.node, slot);
      const at = isFloat(slot.dtype) ? firstNonFinite(executable.view(slot.id)) : -1;
      if (at >= 0) throw trapped(slot, at, (node) => viewOf(node, slots, executable));
    }
  });
}

/** The position of the first NaN or infinity, told by an exponent of all ones; -1 where there is none. */
export function firstNonFinite(values: TypedArray): number {
  const wide = values instanceof Float64Array;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const [mask, stride, high] = wide ? [0x7ff00000, 2, LITTLE_ENDIAN ? 1 : 0] : [0x7f800000, 1, 0];
  for (let i = high; i < words.length; i += stride) if (((words[i] as number) & mask) === mask) return (i - high) / stride;
  return -1;
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

type View = (node: Node) => TypedArray | null;

function viewOf(node: Node, slots: ReadonlyMap<Node, Slot>, executable: HostExecutable): TypedArray | null {
  if (node.op === dataOp) return (node.attrs as DataAttrs).data;
  const slot = slots.get(node);
  return slot ? executable.view(slot.id) : null;
}

function trapped({ node, shape }: Slot, at: number, view: View): NonFiniteError {
  const user = usersNode(node);
  const { site, of } = node.origin;
  const within = user.op === node.op ? '' : `, in its ${node.op.name},`;
  const derivative = of ? ` (part of the derivative of ${of.op.name} %${of.id})` : '';
  const value = (view(node) as TypedArray)[at];
  const ranges = node.inputs.map(
    (x) => `${usersNode(x).op.name} %${usersNode(x).id} ${x.dtype} ${showShape(x.shape)} ${rangeOf(x, view)}`,
  );
  const inputs = ranges.length === 0 ? '' : ` Its inputs: ${ranges.join('; ')}.`;
  const message = `watch: ${user.op.name} %${user.id}${derivative}${within} gave ${value} at ${showShape(indexOf(at, shape))} of ${showShape(shape)}.${inputs}`;
  return new NonFiniteError(message, { op: user.op.name, ...(site && { site }) });
}

/** `from -1 to 4`, and what is not finite in it. */
function rangeOf(node: Node, view: View): string {
  if (isConstant(node)) return `of ${node.attrs.value}`;
  const values = view(node);
  if (!values || values.length === 0) return 'without elements';
  let [low, high, odd] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) odd++;
    else if (value < low) low = value;
    if (Number.isFinite(value) && value > high) high = value;
  }
  const finite = low <= high ? `from ${low} to ${high}` : 'without a finite element';
  return odd > 0 && low <= high ? `${finite} and ${odd} not finite` : finite;
}

/** The index of an element along each axis. */
export function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
