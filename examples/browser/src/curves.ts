import { decades, levels, smoothed } from '../../src/mnist/chart.js';
import { drawChart, linear, logarithmic } from './chart.js';
import { element } from './elements.js';
import type { Progress } from './messages.js';

const accuracyScale = linear(0.8, 1, [0.8, 0.85, 0.9, 0.95, 1], (level) => `${Math.round(100 * level)} %`);

/** The losses and accuracies of a training, and their pictures. */
export class Curves {
  #of = 0;
  #losses: number[] = [];
  #accuracies: number[] = [];
  #tests: [step: number, accuracy: number][] = [];
  #drawing = false;

  constructor() {
    new ResizeObserver(() => this.draw()).observe(element('loss-chart', SVGSVGElement));
  }

  clear(): void {
    [this.#losses, this.#accuracies, this.#tests] = [[], [], []];
    this.draw();
  }

  add({ of, losses, accuracies }: Progress): void {
    this.#of = of;
    this.#losses.push(...losses);
    this.#accuracies.push(...accuracies);
    this.draw();
  }

  addTest(step: number, accuracy: number): void {
    this.#tests.push([step, accuracy]);
    this.draw();
  }

  /** Draws at the next frame, once however often it is asked. */
  draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const [low, high] = decades(this.#losses);
    const lossScale = logarithmic(low, high, levels(low, high), String);
    drawChart(element('loss-chart', SVGSVGElement), lossScale, this.#of, [
      { name: 'faint', points: this.#losses.entries() },
      { name: 'main', points: smoothed(this.#losses).entries() },
    ]);
    drawChart(element('accuracy-chart', SVGSVGElement), accuracyScale, this.#of, [
      { name: 'main', points: smoothed(this.#accuracies).entries() },
      { name: 'second', points: this.#tests },
    ]);
  }
}
