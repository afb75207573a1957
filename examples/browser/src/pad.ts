import { digitImage, SIDE } from './digit-image.js';

/** The breadth of a stroke as a part of the pad: as broad as MNIST's pens. */
const PEN = 0.075;

/** A canvas to draw a digit on with mouse, pen or finger. `onChange` hears the digit as the network wants it, or null for a clean pad. */
export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: (pixels: Float32Array | null) => void;
  #last: readonly [x: number, y: number] | null = null;
  #reading = false;

  constructor(canvas: HTMLCanvasElement, onChange: (pixels: Float32Array | null) => void) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    this.#context = contextOf(canvas);
    Object.assign(this.#context, { lineWidth: PEN * canvas.width, lineCap: 'round', lineJoin: 'round' });
    canvas.addEventListener('pointerdown', (event) => this.#begin(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, () => this.#end());
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#changed();
  }

  /** Draws a digit of 28 by 28 pixels, 0 … 1. */
  show(pixels: Float32Array): void {
    const { width, height } = this.#canvas;
    const small = document.createElement('canvas');
    [small.width, small.height] = [SIDE, SIDE];
    drawPixels(small, pixels);
    this.#context.clearRect(0, 0, width, height);
    this.#context.drawImage(small, 0, 0, width, height);
    this.#changed();
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#move(event);
  }

  #move(event: PointerEvent): void {
    if (!this.#last) return;
    const next = this.#place(event);
    this.#context.beginPath();
    this.#context.moveTo(...this.#last);
    this.#context.lineTo(...next);
    this.#context.stroke();
    this.#last = next;
    this.#changed();
  }

  #end(): void {
    this.#last = null;
  }

  #place({ clientX, clientY }: PointerEvent): readonly [x: number, y: number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((clientX - left) / width) * this.#canvas.width, ((clientY - top) / height) * this.#canvas.height];
  }

  /** Reads the canvas at the next frame, once however much was drawn. */
  #changed(): void {
    if (this.#reading) return;
    this.#reading = true;
    requestAnimationFrame(() => {
      this.#reading = false;
      const { width, height } = this.#canvas;
      const { data } = this.#context.getImageData(0, 0, width, height);
      this.#onChange(digitImage({ width, height, ink: data.filter((_, i) => i % 4 === 3) }));
    });
  }
}

/** Fills a canvas of 28 by 28 with a digit, 0 … 1: black, as opaque as there is ink. */
export function drawPixels(canvas: HTMLCanvasElement, pixels: Float32Array): void {
  const image = new ImageData(SIDE, SIDE);
  pixels.forEach((pixel, i) => {
    image.data[4 * i + 3] = 255 * pixel;
  });
  contextOf(canvas).putImageData(image, 0, 0);
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser offers no canvas to draw on.');
  return context;
}
