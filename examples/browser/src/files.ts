/** The files of MNIST: pixels and labels, to learn from and to be tested on. */
export const DIGIT_FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;
export type DigitFile = (typeof DIGIT_FILES)[number];
