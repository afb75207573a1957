import { type Backend, grad, hessian, hvp, jacobian, jvp, mul, type Node, sum, TapeMachine, type Tensor } from '@tapegrad/core';
import { add } from '@tapegrad/ops';
import { difference, toleranceOf } from './compare.js';
import type { ByName, OracleCase, StoredArray } from './format.js';
import { type Outcome, type Task, task } from './outcome.js';
import { CaseProgram, type Float } from './program.js';
import { real } from './vocabulary.js';

export interface Setting {
  readonly open: () => Backend;
  readonly dtype: Float;
}

/** Something to compute, and what it must be. */
interface Claim {
  readonly what: string;
  readonly node: Node;
  readonly wanted: StoredArray;
  readonly order: 0 | 1 | 2;
  /** Only the elements count, not the shape. */
  readonly flat?: boolean;
}

const MODES = ['forward', 'reverse'] as const;

/** A case passes where its values and every derivative that it holds are right. */
export function caseTask(stored: OracleCase, setting: Setting): Task {
  const { group, judge } = task(stored.id, stored.group, async () => [...(await wrongs(stored, setting, false)).values()]);
  return { group, judge: async () => excused(await judge(), stored, setting) };
}

/** In float32 a failure is none where the same claims fail in float64, of inputs and for results rounded to float32. */
async function excused(outcome: Outcome, stored: OracleCase, setting: Setting): Promise<Outcome> {
  if (outcome.verdict !== 'failed' || setting.dtype === 'float64') return outcome;
  try {
    const failed = await wrongs(stored, setting, false);
    const unavoidable = await wrongs(stored, { ...setting, dtype: 'float64' }, true);
    // The loss is made of the values.
    const lost = [...unavoidable.keys()].some((what) => what.startsWith('value'));
    if ([...failed.keys()].some((what) => !unavoidable.has(what) && !(lost && what === 'loss'))) return outcome;
  } catch {
    return outcome;
  }
  return { ...outcome, verdict: 'skipped', reasons: ['float32 cannot hold it: float64 arithmetic on rounded inputs misses too'] };
}

/** What is wrong, by what it is wrong with. */
async function wrongs(stored: OracleCase, { open, dtype }: Setting, rounded: boolean): Promise<Map<string, string>> {
  const program = new CaseProgram(stored, dtype, rounded);
  const values = stored.values.map((wanted, i): Claim => {
    return { what: `value of '${stored.outputs[i]}'`, node: program.outputs[i]!, wanted, order: 0 };
  });
  // Values are computed by a program of their own too: with the derivatives, more is stored and less is fused.
  const found = new Map<string, string>();
  for (const claims of [values, [...values, ...derivatives(stored, program)]]) {
    const machine = new TapeMachine(program.graph, { backend: open() });
    const outputs = Object.fromEntries(claims.map(({ node }, i) => [`claim ${i}`, node]));
    const results = await (await machine.compile(outputs)).run(program.feeds);
    claims.forEach(({ what, wanted, order, flat = false }, i) => {
      const { shape, data } = results[`claim ${i}`] as Tensor;
      const got = { shape, data: rounded ? Float32Array.from(data) : data };
      const wrong = difference(got, wanted, toleranceOf(rounded ? 'float32' : dtype, order), { flat });
      if (wrong) found.set(what, `${what} ${wrong}`);
    });
    machine.dispose();
  }
  return found;
}

function derivatives(stored: OracleCase, program: CaseProgram): Claim[] {
  if (!stored.w) return [];
  const loss = program.loss(stored.w);
  const claims: Claim[] = [];
  if (stored.loss !== undefined) {
    claims.push({ what: 'loss', node: loss, wanted: { shape: [], data: [stored.loss] }, order: 0 });
  }
  const inputs = [...program.varied.values()];
  if (inputs.length === 0) return claims;
  const gradients = grad(loss, inputs);
  claims.push(...eachOf('gradient by', gradients, program, stored.grads ?? {}, 1));
  if (stored.tangents && stored.jvp) {
    const tangents = fedLike('tangent', program, stored.tangents);
    const results = jvp(program.outputs.map(real), inputs, tangents);
    stored.jvp.forEach((wanted, i) => {
      claims.push({ what: `jvp of '${stored.outputs[i]}'`, node: results[i]!, wanted, order: 1 });
    });
  }
  if (stored.hvp) {
    const along = fedLike('v', program, stored.hvp.v);
    const product = gradients.map((g, i) => sum(mul(g, along[i]!))).reduce((a, b) => add(a, b));
    claims.push(...eachOf('hvp (forward over reverse) by', hvp(loss, inputs, along), program, stored.hvp.hv, 2));
    claims.push(...eachOf('hvp (reverse over reverse) by', grad(product, inputs), program, stored.hvp.hv, 2));
  }
  return [...claims, ...matrices(stored, program, loss)];
}

function matrices({ hessian: second, jacobian: first, outputs }: OracleCase, program: CaseProgram, loss: Node): Claim[] {
  const { varied } = program;
  const claims: Claim[] = [];
  if (second) {
    for (const outer of MODES) {
      for (const inner of MODES) {
        const node = hessian(loss, varied.get(second.wrt)!, { outer, inner });
        claims.push({ what: `hessian (${outer} over ${inner})`, node, wanted: second, order: 2, flat: true });
      }
    }
  }
  if (first) {
    for (const mode of MODES) {
      const node = jacobian(program.outputs[outputs.indexOf(first.of)]!, varied.get(first.wrt)!, { mode });
      claims.push({ what: `jacobian (${mode})`, node, wanted: first, order: 1 });
    }
  }
  return claims;
}

/** One claim for each input that the case names. */
function eachOf(what: string, nodes: readonly Node[], { varied }: CaseProgram, wanted: ByName, order: 1 | 2): Claim[] {
  const names = [...varied.keys()];
  return nodes.flatMap((node, i): Claim[] => {
    const array = wanted[names[i]!];
    return array ? [{ what: `${what} '${names[i]}'`, node, wanted: array, order }] : [];
  });
}

/** An input for each varied one, of its shape; zeros where the case says nothing. */
function fedLike(role: string, program: CaseProgram, arrays: ByName): Node[] {
  return [...program.varied].map(([name, node]) => {
    const shape = node.shape as readonly number[];
    const zeros = { shape, data: Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0) };
    return program.feed(`${role} of ${name}`, arrays[name] ?? zeros);
  });
}
