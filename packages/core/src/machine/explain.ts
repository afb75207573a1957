import { isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Tape } from '../tape/tape.js';

/** The user's node that a node of a tape was made for. */
export function usersNode(node: Node): Node {
  return node.origin.from ?? node;
}

/** Where a node of the user's went: which instructions compute it, together with what, and why it was not fused. */
export function explainNode(tape: Tape, node: Node): string {
  const lines = [node.toString()];
  const input = tape.inputs.find((named) => usersNode(named.node) === node);
  if (input) lines.push('is an input, fed by every run.');
  if (isState(node)) {
    const { name } = node.attrs;
    const known = tape.states.some((state) => state.name === name);
    if (known) lines.push(`is state, kept by the machine${tape.updated.has(name) ? ' and updated by this program' : ''}.`);
  }
  tape.instructions.forEach((instruction, i) => {
    if (!instruction.nodes.some((made) => usersNode(made) === node)) return;
    const users = [...new Set(instruction.nodes.map(usersNode))].filter((other) => other !== node);
    const company = users.length === 0 ? 'alone' : `with ${users.map((other) => `${other.op.name} %${other.id}`).join(', ')}`;
    lines.push(`is computed by instruction ${i} (${instruction.kind}), ${company}.`);
  });
  const outputs = tape.outputs.filter((output) => usersNode(output.node) === node);
  for (const { name } of outputs) lines.push(`is the output '${name}'.`);
  for (const [made, note] of tape.notes) {
    if (usersNode(made) !== node) continue;
    lines.push(made.op === node.op ? note : `its ${made.op.name}: ${note}`);
  }
  if (lines.length === 1)
    lines.push('is no part of the tape: nothing asked for needs it, or a pass put something simpler in its place.');
  return lines.join('\n  ');
}
