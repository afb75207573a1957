import { isConstant, isState } from '../graph/leaves.js';
import { type Node, usersNode } from '../graph/node.js';
import type { Instruction, Tape } from '../tape/tape.js';

/** The nodes of the user's that an instruction computes, or computes part of, without constants. */
export function usersNodes({ nodes }: Instruction): Node[] {
  return [...new Set(nodes.map(usersNode))].filter((node) => !isConstant(node));
}

/** Where a node of the user's went: which instructions compute it, together with what, and why it was not fused. */
export function explainNode(tape: Tape, node: Node): string {
  const lines = [...roles(tape, node), ...fates(tape, node)];
  tape.instructions.forEach((instruction, i) => {
    const users = usersNodes(instruction);
    if (!users.includes(node)) return;
    const others = users.filter((other) => other !== node).map((other) => `${other.op.name} %${other.id}`);
    lines.push(
      `instruction ${i} (${instruction.kind}) computes ${others.length === 0 ? 'nothing else' : `it with ${few(others)}`}`,
    );
  });
  if (lines.length === 0)
    lines.push('no part of the tape: nothing asked for needs it, or a pass put something simpler in its place');
  return [node.toString(), ...lines].join('\n  ');
}

/** What the node is to the program. */
function roles(tape: Tape, node: Node): string[] {
  const lines: string[] = [];
  if (tape.inputs.some((input) => usersNode(input.node) === node)) lines.push('an input, fed by every run');
  if (isState(node) && tape.states.some(({ name }) => name === node.attrs.name))
    lines.push(`state, kept by the machine${tape.updated.has(node.attrs.name) ? ' and updated by this program' : ''}`);
  for (const output of tape.outputs) if (usersNode(output.node) === node) lines.push(`the output '${output.name}'`);
  return lines;
}

/** What became of the node, or of what it was expanded to: nodes of one fate in one line. */
function fates(tape: Tape, node: Node): string[] {
  const byNote = new Map<string, string[]>();
  for (const [made, note] of tape.notes) {
    if (usersNode(made) !== node || (isConstant(made) && made.op !== node.op)) continue;
    byNote.set(note, [...(byNote.get(note) ?? []), made.op.name]);
  }
  return [...byNote].map(([note, names]) => (names.every((name) => name === node.op.name) ? note : `its ${few(names)}: ${note}`));
}

const SHOWN = 6;

export function few(names: readonly string[]): string {
  if (names.length <= SHOWN) return names.join(', ');
  return `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
}
