import { fuse } from '../fusion/fuse.js';
import { writtenInPlace } from '../fusion/in-place.js';
import { isLeaf } from '../fusion/storage.js';
import type { Unit } from '../fusion/unit.js';
import { Graph } from '../graph/graph.js';
import { isInput, isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached } from '../graph/replay.js';
import { expand } from '../passes/expand.js';
import { simplify } from '../passes/simplify.js';
import { specialise } from '../passes/specialise.js';
import { stabilise } from '../passes/stabilise.js';
import { stageReductions } from '../passes/stage-reductions.js';
import { unorder } from '../passes/unorder.js';
import type { Target } from '../placement/target.js';
import type { Bindings } from '../tensor/dim.js';
import { Assembler } from './assemble.js';
import { withinLimit } from './limit.js';
import { notesOf } from './notes.js';
import { type Plan, plan } from './plan.js';
import type { Turns } from './recompute.js';
import { schedule } from './schedule.js';
import { checkSupport, routineOf } from './support.js';
import type { Named, Tape } from './tape.js';
import { textOfTape } from './text.js';
import { checkUpdates, nameOf, settle, type Update } from './updates.js';
import { verify } from './verify.js';
import { withoutCopies } from './views.js';

/** Passes that can be switched off one by one, to see what each does. */
export interface PassOptions {
  readonly stabilise?: boolean;
  readonly simplify?: boolean;
  /** False gives every node a kernel and memory of its own. */
  readonly fuse?: boolean;
  /** False computes everything once, whatever is checkpointed and whatever `memoryLimit` says. */
  readonly recompute?: boolean;
  /** False lets no result take the place of an operand. */
  readonly inPlace?: boolean;
}

/** All of them are on unless said. */
export const PASSES: Required<PassOptions> = { stabilise: true, simplify: true, fuse: true, recompute: true, inPlace: true };

export interface CompileOptions {
  readonly target: Target;
  /** Chooses among the hand-written kernels of ops. */
  readonly backendName: string;
  /** Sizes of named dims. */
  readonly bindings?: Bindings;
  readonly passes?: PassOptions;
  /** The most bytes of scratch; what does not fit is computed twice. */
  readonly memoryLimit?: number | undefined;
  /** Sees the program before the first stage and after each. */
  readonly trace?: (stage: string, text: string) => void;
}

/** Tells of a stage; the text is written only where somebody wants it. */
type See = (stage: string, text: () => string) => void;

/**
 * Compiles what some nodes need, and the updates of some states, into a tape: specialise, stabilise, expand, simplify, fuse, schedule,
 * plan, place. The user's graph stays as it is. The tape is verified before it is returned.
 * Throws `GraphError` for updates that make no sense, `BackendError` with all that the target cannot do, `ShapeError` for names without size.
 */
export function compileTape(
  outputs: Readonly<Record<string, Node>>,
  updates: readonly Update[],
  { target, backendName, bindings = {}, passes = {}, memoryLimit, trace }: CompileOptions,
): Tape {
  checkUpdates(updates);
  const roots = [...Object.values(outputs), ...updates.flatMap(({ state, value }) => [state, value])];
  const graph = new Graph({ dtype: roots[0]?.graph.dtype ?? 'float32' });
  const { limits, stages: reductions } = target;
  const stages: readonly (readonly [name: string, on: boolean, pass: (nodes: readonly Node[]) => Node[]])[] = [
    ['specialise', true, (nodes) => specialise(nodes, bindings, graph)],
    ['stabilise', passes.stabilise ?? true, (nodes) => stabilise(nodes, graph)],
    ['expand', true, (nodes) => expand(nodes, graph, target.keeps)],
    // Once more, for what definitions hold; derivatives do the same, so that both share one form.
    ['stabilise what was expanded', passes.stabilise ?? true, (nodes) => stabilise(nodes, graph)],
    ['unorder', limits?.ordered === false, (nodes) => unorder(nodes, graph, target.keeps)],
    ['simplify', passes.simplify ?? true, (nodes) => simplify(nodes, graph)],
    ['stage reductions', reductions !== undefined, (nodes) => stageReductions(nodes, graph, reductions!)],
  ];
  const see: See = (stage, text) => trace?.(stage, text());
  const show = (nodes: readonly Node[]) => (): string => reached(nodes).join('\n');
  see('build', show(roots));
  let nodes: Node[] = roots;
  for (const [name, on, pass] of stages) {
    if (!on) continue;
    nodes = pass(nodes);
    see(name, show(nodes));
  }
  const names = Object.keys(outputs);
  const ends = nodes.slice(names.length);
  const settled = settle(
    nodes.slice(0, names.length),
    updates.map((_, i) => ({ state: ends[2 * i]!, value: ends[2 * i + 1]! })),
  );
  return assemble(names, settled, { target, backendName, passes, memoryLimit }, see);
}

/** From a program in its last form, by way of kernels, to the tape. */
function assemble(
  names: readonly string[],
  { outputs, updates }: { readonly outputs: readonly Node[]; readonly updates: readonly Update[] },
  { target, backendName, passes = {}, memoryLimit }: Omit<CompileOptions, 'bindings' | 'trace'>,
  see: See,
): Tape {
  const ends = [...outputs, ...updates.map(({ value }) => value)];
  const nodes = reached([...ends, ...updates.map(({ state }) => state)]);
  const support = { target, backendName };
  checkSupport(nodes, support);
  const fusion = fuse(ends, { target, fuse: passes.fuse ?? true, hasRoutine: (node) => routineOf(node, support) !== undefined });
  see('fuse', () => fusion.units.map(showUnit).join('\n'));
  const leaves = nodes.filter(isLeaf);
  const { units: needed, views } = withoutCopies(fusion.units, outputs, updates);
  const held = outputs.map((node) => views.get(node) ?? node);
  const wanted = [...held, ...updates.map(({ value }) => value)];
  const units = (passes.fuse ?? true) ? writtenInPlace(needed, wanted, target) : needed;
  see('in place', () => units.map(showUnit).join('\n'));
  const ordered = { ...schedule(units, updates, held), leaves, outputs: held, updates };
  see('schedule', () => ordered.units.map(showUnit).join('\n'));
  const { alignment } = target;
  const planOf = (turns: Turns): Plan => plan({ ...ordered, ...turns }, { alignment, inPlace: passes.inPlace ?? true });
  const { turns, planned } = withinLimit(ordered, planOf, passes.recompute === false ? null : (memoryLimit ?? Infinity));
  const { steps, first, direct } = turns;
  see('recompute', () => steps.map(({ unit, again }) => `${again ? 'again ' : ''}${showUnit(unit)}`).join('\n'));
  see('plan', () => showPlan(planned));
  const assembler = new Assembler(planned.slots, support);
  const commits = updates.filter(({ value }) => !direct.has(value));
  const named = (name: string, node: Node): Named => ({ name, slot: planned.slots.get(first.get(node)!)!, node });
  const tape: Tape = {
    instructions: [
      ...steps.map((step) => assembler.instruction(step)),
      ...commits.map((update) => assembler.commit(update, first)),
    ],
    slots: [...planned.slots.values()],
    inputs: leaves.filter(isInput).map((node) => named(nameOf(node as Node), node as Node)),
    outputs: names.map((name, i) => ({ ...named(name, held[i]!), node: outputs[i]! })),
    states: leaves.filter(isState).map((node) => named(nameOf(node as Node), node as Node)),
    updated: new Set(updates.map(({ state }) => nameOf(state))),
    scratchBytes: planned.scratchBytes,
    notes: notesOf(nodes, { steps, views, reasons: fusion.notes, hosted: target.hosted }),
  };
  verify(tape);
  see('tape', () => textOfTape(tape));
  return tape;
}

function showUnit({ kind, roots, computed, reads }: Unit): string {
  const list = (some: Iterable<Node>): string => [...some].map((node) => `%${node.id}`).join(', ');
  return `${kind} ${list(roots)} computes ${list(computed)} from ${list(reads.keys())}`;
}

function showPlan({ slots, scratchBytes }: Plan): string {
  const lines = [...slots.values()].map(({ node, place }) => {
    const where = place.kind === 'scratch' ? `@${place.offset}` : place.kind === 'state' ? `state ${place.name}` : 'constant';
    return `%${node.id} ${where}`;
  });
  return [`${scratchBytes} bytes`, ...lines].join('\n');
}
