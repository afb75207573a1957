import { composite, type Dim, type Node, type Operand, reshapeTo, ShapeError, sameDim, sum, withOp } from '@tapegrad/core';
import { backInto, contract, factors } from './contract.js';
import { diagonal } from './diagonal.js';

/** An operand with a label for each of its axes. */
interface Labelled {
  readonly x: Node;
  readonly labels: readonly string[];
}

const einsumOver = composite<readonly Node[], { equation: string }>('einsum', {
  defaults: { equation: undefined },
  define: (...args) => {
    const { equation } = args.at(-1) as { equation: string };
    const nodes = factors('einsum', args.slice(0, -1) as Node[]);
    const { terms, output } = parse(equation, nodes);
    const operands = alignSizes(
      equation,
      terms.map((labels, i) => takeDiagonals(equation, { x: nodes[i]!, labels })),
    );
    const wanted = operands.map((_, i) => new Set([...output, ...operands.slice(i + 1).flatMap(({ labels }) => labels)]));
    const product = operands.reduce((left, right, i) => multiply(left, right, wanted[i]!));
    const { x, labels } = sumOut(product, new Set(output));
    return backInto(
      x,
      labels.map((label) => output.indexOf(label)),
    );
  },
});

/**
 * Sums of products by Einstein's rule, as NumPy writes it: each operand's axes are letters, an output letter is kept, any other is summed.
 * A letter twice in one operand is its diagonal; `...` stands for leading axes that broadcast; without `->` the output is the letters that
 * occur once, in alphabetical order. More than two operands are contracted from left to right. Dtypes promote; dims may be names.
 *
 * Throws `ShapeError` where the equation does not fit the operands.
 *
 * @formula y[kept] = Σ over the letters that are not kept of Πₖ xₖ[letters of k]
 * @derivative x̄ₖ = einsum of ȳ and the other operands onto the letters of k
 * @example
 * const scores = einsum('bhqd,bhkd->bhqk', queries, keys);
 */
export const einsum = withOp(einsumOver, (equation: string, ...operands: readonly Operand[]): Node => {
  return einsumOver(...operands, { equation });
});

function fail(equation: string, message: string): never {
  throw new ShapeError(`einsum: '${equation}' ${message}`, { op: 'einsum' });
}

/** The labels of each operand and of the output; the axes under `...` are labelled by their place from the right. */
function parse(equation: string, nodes: readonly Node[]): { terms: string[][]; output: string[] } {
  const [left, right, ...rest] = equation.replaceAll(' ', '').split('->');
  const sources = left!.split(',');
  if (rest.length > 0) fail(equation, 'has two arrows.');
  if (sources.length !== nodes.length) fail(equation, `has ${sources.length} operands, but ${nodes.length} are given.`);
  const terms = sources.map((source, i) => labelsOf(equation, source, nodes[i]!.shape.length));
  const ellipsis = terms.flat().filter((label) => label.startsWith('.'));
  const leading = [...new Set(ellipsis)].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const output = right === undefined ? implied(terms, leading) : splitLabels(equation, right, leading);
  for (const label of output) {
    if (output.indexOf(label) !== output.lastIndexOf(label)) fail(equation, `has '${label}' twice in its output.`);
    if (!terms.some((labels) => labels.includes(label))) fail(equation, `has '${label}' in its output, but in no operand.`);
  }
  return { terms, output };
}

function labelsOf(equation: string, source: string, rank: number): string[] {
  const letters = source.replace('...', '').length;
  const extra = rank - letters;
  const fits = source.includes('...') ? extra >= 0 : extra === 0;
  if (!fits) fail(equation, `gives '${source}' to an operand of ${rank} axes.`);
  return splitLabels(
    equation,
    source,
    Array.from({ length: extra }, (_, i) => `.${extra - i}`),
  );
}

function splitLabels(equation: string, source: string, leading: readonly string[]): string[] {
  const [before, after, ...rest] = source.split('...');
  const wrong = /[^A-Za-z]/.exec(source.replace('...', ''));
  if (rest.length > 0 || wrong) fail(equation, `holds '${wrong?.[0] ?? '...'}' where a letter is due.`);
  return after === undefined ? [...before!] : [...before!, ...leading, ...after];
}

function implied(terms: readonly (readonly string[])[], leading: readonly string[]): string[] {
  const all = terms.flat().filter((label) => !label.startsWith('.'));
  return [...leading, ...all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort()];
}

/** One axis for each letter. */
function takeDiagonals(equation: string, { x, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  const [m, n] = [x.shape[first]!, x.shape[second]!];
  if (!sameDim(m, n)) fail(equation, `gives '${labels[second]}' two sizes, ${m} and ${n}.`);
  return takeDiagonals(equation, { x: diagonal(x, { axes: [first, second] }), labels: labels.toSpliced(second, 1) });
}

/** Drops the axes of size 1 that meet a larger one under the same letter, so that they are free axes and not broadcasts. */
function alignSizes(equation: string, operands: readonly Labelled[]): Labelled[] {
  const sizes = new Map<string, Dim>();
  for (const { x, labels } of operands) {
    for (const [axis, label] of labels.entries()) {
      const size = x.shape[axis]!;
      const known = sizes.get(label) ?? 1;
      if (!sameDim(known, 1) && !sameDim(size, 1) && !sameDim(known, size)) {
        fail(equation, `gives '${label}' two sizes, ${known} and ${size}.`);
      }
      if (sameDim(known, 1)) sizes.set(label, size);
    }
  }
  return operands.map(({ x, labels }) => {
    const kept = labels.flatMap((label, axis) => (sameDim(x.shape[axis]!, sizes.get(label)!) ? [axis] : []));
    return {
      x: reshapeTo(
        x,
        kept.map((axis) => x.shape[axis]!),
      ),
      labels: kept.map((axis) => labels[axis]!),
    };
  });
}

function sumOut({ x, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const axis = labels.flatMap((label, i) => (wanted.has(label) ? [] : [i]));
  return axis.length === 0 ? { x, labels } : { x: sum(x, { axis }), labels: labels.filter((label) => wanted.has(label)) };
}

/** The product of two, in which only wanted letters are left. Letters of one operand alone are summed before they are multiplied. */
function multiply(left: Labelled, right: Labelled, wanted: ReadonlySet<string>): Labelled {
  const a = sumOut(left, new Set([...wanted, ...right.labels]));
  const b = sumOut(right, new Set([...wanted, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const pair = (label: string): [number, number] => [a.labels.indexOf(label), b.labels.indexOf(label)];
  const batch = shared.filter((label) => wanted.has(label));
  const summed = shared.filter((label) => !wanted.has(label));
  const free = (own: Labelled): string[] => own.labels.filter((label) => !shared.includes(label));
  return {
    x: contract(a.x, b.x, { batch: batch.map(pair), contracted: summed.map(pair) }),
    labels: [...batch, ...free(a), ...free(b)],
  };
}
