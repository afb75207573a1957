import { countOf } from '@tapegrad/core';
import { type Call, type Calls, readsOf, type Step } from './calls.js';

/** What is known of the steps around one. */
interface Context {
  readonly calls: Calls;
  readonly makers: ReadonlyMap<number, Step>;
  /** How often each value is read, results included. */
  readonly uses: ReadonlyMap<number, number>;
}

/** A product, and what follows it in its kernel. */
interface Product {
  readonly product: Call;
  /** The calls that it stands for, but for the last. */
  readonly takesOn: readonly Call[];
  readonly bias: number;
  readonly activation: 'linear' | 'relu';
}

/**
 * Steps in which a product of two matrices takes on what nobody but its only reader does to it: the addition of a row to each of its rows,
 * and after that the maximum with 0. Devices that have such a kernel hand themselves so many calls less. The values keep their numbers.
 */
export function withEpilogues(calls: Calls, results: readonly number[]): Step[] {
  const { steps } = calls;
  if (!calls.has('_FusedMatMul') || !calls.does('_FusedMatMul')) return steps;
  const uses = new Map<number, number>();
  for (const id of [...steps.flatMap(readsOf), ...results]) uses.set(id, (uses.get(id) ?? 0) + 1);
  const context: Context = { calls, uses, makers: new Map(steps.map((step) => [step.makes, step])) };
  const replaced = new Map<Step, readonly Step[]>();
  for (const step of steps) {
    const found = step.kind === 'call' ? (rectified(context, step) ?? biased(context, step)) : null;
    if (!found || step.kind !== 'call') continue;
    for (const before of found.takesOn) replaced.set(before, []);
    replaced.set(step, fused(found, step));
  }
  return steps.flatMap((step) => replaced.get(step) ?? [step]);
}

/** In the place of what came last: the product's value is made there, and is given that one's shape and number. */
function fused({ product, bias, activation }: Product, last: Call): Step[] {
  const { shape, makes } = last;
  const operands = [...product.operands, ['bias', bias] as const];
  const whole: Call = { ...product, kernel: '_FusedMatMul', operands, attributes: { ...product.attributes, activation } };
  const operand = [['x', product.makes]] as const;
  return [whole, { ...last, kernel: 'Reshape', operands: operand, attributes: { shape }, makes }];
}

/** The maximum of 0 and a product to which a row has been added. */
function rectified(context: Context, step: Call): Product | null {
  if (step.kernel !== 'Maximum' || !context.calls.does('NaN in relu')) return null;
  const [a, b] = step.operands.map(([, id]) => id) as [number, number];
  for (const [x, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const sum = onlyReadHere(context, x, 'Add');
    const found = sum && isZero(context, other) ? biased(context, sum) : null;
    if (sum && found) return { ...found, takesOn: [...found.takesOn, sum], activation: 'relu' };
  }
  return null;
}

/** A product to which a row is added. */
function biased(context: Context, step: Call): Product | null {
  if (step.kernel !== 'Add') return null;
  const [a, b] = step.operands.map(([, id]) => id) as [number, number];
  for (const [x, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const product = onlyReadHere(context, x, 'BatchMatMul');
    if (!product || context.calls.isConstant(product.makes) || product.shape[0] !== 1) continue;
    const columns = product.shape[2]!;
    const bias =
      step.shape.at(-1) === columns && countOf(step.shape) === countOf(product.shape) ? rowOf(context, other, columns) : null;
    if (bias !== null) return { product, takesOn: [product], bias, activation: 'linear' };
  }
  return null;
}

/** The call of a kernel that made a value, perhaps in another shape, if nobody else reads either. */
function onlyReadHere({ makers, uses }: Context, id: number, kernel: string): Call | null {
  for (let at = id; uses.get(at) === 1; ) {
    const maker = makers.get(at)!;
    if (maker.kind !== 'call') return null;
    if (maker.kernel === kernel) return maker;
    if (maker.kernel !== 'Reshape') return null;
    at = maker.operands[0]![1];
  }
  return null;
}

/** The same numbers with one axis, where they are a row of this length now and had one axis before; else null. */
function rowOf({ makers }: Context, id: number, length: number): number | null {
  const now = shapeOf(makers.get(id)!);
  if (now?.at(-1) !== length || countOf(now) !== length) return null;
  for (let at = id; ; ) {
    const maker = makers.get(at)!;
    if (shapeOf(maker)?.length === 1) return at;
    if (maker.kind !== 'call' || maker.kernel !== 'Reshape') return null;
    at = maker.operands[0]![1];
  }
}

function shapeOf(step: Step): readonly number[] | undefined {
  if (step.kind === 'state') return step.type?.shape;
  return 'shape' in step ? step.shape : undefined;
}

function isZero({ makers }: Context, id: number): boolean {
  const maker = makers.get(id)!;
  return maker.kind === 'literal' && maker.values.length === 1 && maker.values[0] === 0;
}
