import { Bars } from './bars.js';
import { SIDE } from './digit-image.js';
import { element, show } from './elements.js';
import type { ToWorker } from './messages.js';
import { drawPixels, Pad } from './pad.js';

/** The half of the page with the drawing and what the network makes of it. */
export class Drawing {
  readonly #bars = new Bars(element('bars', HTMLOListElement));
  readonly #pad: Pad;
  readonly #tell: (message: ToWorker) => void;
  /** What the test digit is that the pad shows; null where the user drew. */
  #label: number | null = null;
  #empty = true;

  constructor(tell: (message: ToWorker) => void) {
    this.#tell = tell;
    const canvas = element('pad', HTMLCanvasElement);
    this.#pad = new Pad(canvas, (pixels) => this.#changed(pixels));
    canvas.addEventListener('pointerdown', () => {
      this.#label = null;
    });
    element('clear', HTMLButtonElement).addEventListener('click', () => this.#pad.clear());
    element('example', HTMLButtonElement).addEventListener('click', () => tell({ kind: 'example' }));
  }

  enable(): void {
    element('example', HTMLButtonElement).disabled = false;
  }

  showExample(pixels: Float32Array, label: number): void {
    this.#label = label;
    this.#pad.show(pixels);
  }

  read(probabilities: readonly number[]): void {
    // An answer may come after the pad was cleared.
    if (this.#empty) return;
    const best = this.#bars.show(probabilities);
    show('answer', this.#label === null ? `${best}` : `${best} (it is ${this.#label})`);
  }

  #changed(pixels: Float32Array | null): void {
    this.#empty = pixels === null;
    element('hint', HTMLElement).hidden = !this.#empty;
    drawPixels(element('seen', HTMLCanvasElement), pixels ?? new Float32Array(SIDE * SIDE));
    if (this.#empty) {
      this.#bars.clear();
      show('answer', '–');
    }
    this.#tell({ kind: 'draw', pixels });
  }
}
