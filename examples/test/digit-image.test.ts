import { describe, expect, it } from 'vitest';
import { digitImage, SIDE } from '../browser/src/digit-image.js';

/** A picture with ink of 255 in a box. */
function boxed(width: number, height: number, left: number, top: number, wide: number, tall: number) {
  const ink = new Uint8Array(width * height);
  for (let y = top; y < top + tall; y++) ink.fill(255, y * width + left, y * width + left + wide);
  return { width, height, ink };
}

describe('a drawing as a digit of MNIST', () => {
  it('is null without ink', () => {
    expect(digitImage({ width: 5, height: 4, ink: new Uint8Array(20) })).toBeNull();
  });

  it.each([
    [boxed(280, 280, 100, 40, 100, 200), 10, 20],
    [boxed(280, 280, 0, 0, 40, 20), 20, 10],
    [boxed(60, 300, 20, 250, 2, 10), 4, 20],
    [boxed(28, 28, 8, 4, 12, 20), 12, 20],
  ])('fills a box of 20 pixels, in the middle: %#', (picture, wide, tall) => {
    const pixels = digitImage(picture)!;
    const [left, top] = [(SIDE - wide) / 2, (SIDE - tall) / 2];
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const inside = x >= left && x < left + wide && y >= top && y < top + tall;
        expect(pixels[y * SIDE + x]).toBeCloseTo(inside ? 1 : 0, 6);
      }
    }
  });

  it('has its mass in the middle, and keeps it', () => {
    const picture = boxed(200, 200, 40, 40, 20, 100);
    picture.ink.set(boxed(200, 200, 40, 120, 80, 20).ink.map((ink, i) => Math.max(ink, picture.ink[i]!)));
    const pixels = digitImage(picture)!;
    let [total, x, y] = [0, 0, 0];
    for (const [i, pixel] of pixels.entries()) {
      total += pixel;
      x += pixel * ((i % SIDE) + 0.5);
      y += pixel * (Math.floor(i / SIDE) + 0.5);
    }
    expect(x / total).toBeCloseTo(SIDE / 2, 4);
    expect(y / total).toBeCloseTo(SIDE / 2, 4);
    expect(total).toBeCloseTo((100 * 20 + 60 * 20) * (20 / 100) ** 2, 3);
  });
});
