import type { Node } from '../graph/node.js';
import { bytesOf } from '../tensor/dtype.js';
import { showShape } from '../tensor/shape.js';
import type { Instruction, Slot, Tape } from './tape.js';

/**
 * A tape for people: totals, then one instruction a line: what it computes, what it reads → what it writes (scratch by offset, states by
 * name), bytes moved and scalar operations.
 */
export function textOfTape(tape: Tape): string {
  const { instructions, inputs, outputs, states, updated, scratchBytes } = tape;
  const flops = instructions.reduce((total, { flops }) => total + flops, 0);
  const bytes = instructions.reduce((total, instruction) => total + instruction.bytes, 0);
  const kernels = new Set(instructions.flatMap((instruction) => (instruction.kind === 'kernel' ? [instruction.kernel.key] : [])));
  const stateBytes = states.reduce((total, { slot }) => total + bytesOfSlot(slot), 0);
  const lines = [
    `tape: ${count(instructions.length, 'instruction')}, ${count(kernels.size, 'distinct kernel')}, ${count(flops, 'flop')}, ${count(bytes, 'byte')} moved, ${showCount(scratchBytes)} of scratch, ${showCount(stateBytes)} of state`,
    ...inputs.map(({ name, slot }) => `input ${name}: ${showSlot(slot)}`),
    ...states.map(({ name, slot }) => `state ${name}: ${typeOf(slot)}${updated.has(name) ? ', updated' : ''}`),
  ];
  const names = new Map(inputs.map(({ name, slot }) => [slot, name]));
  const width = `${instructions.length - 1}`.length;
  instructions.forEach((instruction, i) => {
    lines.push(`${`${i}`.padStart(width)}  ${line(instruction, names)}`);
  });
  return [...lines, ...outputs.map(({ name, slot, node }) => `output ${name}: ${showPlace(slot)} ${typeOf(node)}`)].join('\n');
}

function line(instruction: Instruction, names: ReadonlyMap<Slot, string>): string {
  const { kind, nodes, reads, writes, bytes, flops, again } = instruction;
  const from = reads.map((slot) => names.get(slot) ?? showPlace(slot)).join(', ');
  const to = writes.map(showSlot).join(', ');
  const what = nodes.length > 0 ? ` ${showNodes(nodes)}` : '';
  return `${kind}${again ? ' again' : ''}${what}: ${from || 'nothing'} → ${to}; ${count(bytes, 'byte')}${flops > 0 ? `, ${count(flops, 'flop')}` : ''}`;
}

/** Where more nodes than `ALL` are computed together, this many at either end are named. */
const ENDS = 4;
const ALL = 10;

function showNodes(nodes: readonly Node[]): string {
  const named = nodes.filter(({ op }) => op.kind !== 'view');
  const shown = (named.length > 0 ? named : nodes).map((node) => `${node.op.name}.${node.id}`);
  if (shown.length <= ALL) return shown.join(' ');
  return `${shown.slice(0, ENDS).join(' ')} …${shown.length - 2 * ENDS} more… ${shown.slice(-ENDS).join(' ')}`;
}

function showSlot(slot: Slot): string {
  return `${showPlace(slot)} ${typeOf(slot)}`;
}

function showPlace({ node, place }: Slot): string {
  if (place.kind === 'state') return place.name;
  return place.kind === 'scratch' ? `@${place.offset}` : `constant.${node.id}`;
}

function typeOf({ dtype, shape }: Pick<Node, 'dtype' | 'shape'>): string {
  return `${dtype} ${showShape(shape)}`;
}

function bytesOfSlot({ dtype, length }: Slot): number {
  return length * bytesOf(dtype);
}

function count(n: number, what: string): string {
  return `${showCount(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** With commas, in no language of its own. */
export function showCount(n: number): string {
  return `${n}`.replace(/\B(?=(\d{3})+$)/g, ',');
}
