/** Pixels on a side of a digit. */
export const SIDE = 28;
/** The longer side of the box that a digit fills. */
const BOX = 20;

/** A grey picture, row-major. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly ink: ArrayLike<number>;
}

/**
 * A drawing as MNIST has its digits: scaled to fill a box of 20 by 20 pixels, and moved so that its centre of mass is in the middle of 28 by
 * 28. Ink counts 0 … 255, and 0 … 1 in what is returned; null where there is none. Source: LeCun, Cortes and Burges, "The MNIST database
 * of handwritten digits".
 */
export function digitImage(picture: Picture): Float32Array | null {
  const box = inkedBox(picture);
  if (!box) return null;
  const scale = BOX / Math.max(box.right - box.left, box.bottom - box.top);
  const mass = centreOfMass(picture);
  const pixels = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    const [top, bottom] = [row, row + 1].map((y) => (y - SIDE / 2) / scale + mass.y);
    for (let column = 0; column < SIDE; column++) {
      const [left, right] = [column, column + 1].map((x) => (x - SIDE / 2) / scale + mass.x);
      pixels[row * SIDE + column] = meanInk(picture, { left: left!, right: right!, top: top!, bottom: bottom! }) / 255;
    }
  }
  return pixels;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The least box that holds all ink; its right and bottom lie beyond the last pixels. */
function inkedBox({ width, height, ink }: Picture): Box | null {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] === 0) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
  }
  return right === 0 ? null : { left, right, top, bottom };
}

function centreOfMass({ width, height, ink }: Picture): { x: number; y: number } {
  let [total, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const weight = ink[row * width + column]!;
      total += weight;
      x += weight * (column + 0.5);
      y += weight * (row + 0.5);
    }
  }
  return { x: x / total, y: y / total };
}

/** The mean over a box with any edges; beyond the picture there is no ink. */
function meanInk({ width, height, ink }: Picture, { left, right, top, bottom }: Box): number {
  let sum = 0;
  for (let y = Math.max(Math.floor(top), 0); y < Math.min(bottom, height); y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.max(Math.floor(left), 0); x < Math.min(right, width); x++) {
      const wide = Math.min(x + 1, right) - Math.max(x, left);
      sum += tall * wide * ink[y * width + x]!;
    }
  }
  return sum / ((right - left) * (bottom - top));
}
