import { ShapeError, Tensor } from '@tapegrad/core';

/** Class numbers of examples. */
export type Labels = Tensor | ArrayLike<number>;

/**
 * How often each class was taken for which. Prints as a table.
 *
 * @example
 * const confusion = new ConfusionMatrix(10);
 * for (const batch of data) confusion.add(batch.y, (await predict.run({ x: batch.x })).predicted);
 * console.log(`${confusion}`, confusion.accuracy);
 */
export class ConfusionMatrix {
  readonly names: readonly string[];
  readonly #counts: Uint32Array;

  /** For this many classes, or for classes of these names. */
  constructor(classes: number | readonly string[]) {
    this.names = typeof classes === 'number' ? Array.from({ length: classes }, (_, i) => String(i)) : [...classes];
    this.#counts = new Uint32Array(this.names.length ** 2);
  }

  /** Counts examples. Throws `ShapeError` where the lists differ in length or hold what is no class; then nothing is counted. */
  add(actual: Labels, predicted: Labels): this {
    const [truths, guesses] = [valuesOf(actual), valuesOf(predicted)];
    if (truths.length !== guesses.length) {
      throw new ShapeError(`ConfusionMatrix: ${truths.length} actual and ${guesses.length} predicted labels; give one for one.`);
    }
    const cells = Array.from(truths, (truth, i) => this.#cell(truth, guesses[i]!));
    for (const cell of cells) this.#counts[cell]!++;
    return this;
  }

  /** How many examples of class `actual` were predicted as `predicted`. */
  count(actual: number, predicted: number): number {
    return this.#counts[this.#cell(actual, predicted)]!;
  }

  /** All examples counted so far. */
  get total(): number {
    return this.#counts.reduce((a, b) => a + b, 0);
  }

  /** The part predicted rightly; NaN of no examples. */
  get accuracy(): number {
    return this.names.reduce((hits, _, i) => hits + this.count(i, i), 0) / this.total;
  }

  /** The part of a class's examples that were predicted as it; NaN where there are none. */
  recall(label: number): number {
    return this.count(label, label) / this.names.reduce((all, _, other) => all + this.count(label, other), 0);
  }

  /** The part of the predictions of a class that were right; NaN where there are none. */
  precision(label: number): number {
    return this.count(label, label) / this.names.reduce((all, _, other) => all + this.count(other, label), 0);
  }

  /** A table: a row for each actual class, a column for each predicted one. A dot stands for 0. */
  toString(): string {
    const { names } = this;
    const classes = names.map((_, i) => i);
    const corner = 'actual \\ predicted';
    const rows = [
      [corner, ...names, 'recall'],
      ...classes.map((i) => [names[i]!, ...classes.map((j) => String(this.count(i, j) || '·')), percent(this.recall(i))]),
      ['precision', ...classes.map((j) => percent(this.precision(j))), percent(this.accuracy)],
    ];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  ')).join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #cell(actual: number, predicted: number): number {
    const { length } = this.names;
    for (const label of [actual, predicted]) {
      if (Number.isInteger(label) && label >= 0 && label < length) continue;
      throw new ShapeError(`ConfusionMatrix: ${label} is no class; there are ${length}, from 0.`);
    }
    return actual * length + predicted;
  }
}

function valuesOf(labels: Labels): ArrayLike<number> {
  return labels instanceof Tensor ? labels.data : labels;
}

function percent(part: number): string {
  return Number.isNaN(part) ? '–' : `${(100 * part).toFixed(1)}%`;
}
