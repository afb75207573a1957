import { describe, expect, it } from 'vitest';
import { OptionError } from '../src/errors.js';
import { optionsOf } from '../src/options.js';

interface BlurOptions {
  readonly radius?: number;
  readonly axis?: number;
  readonly keepDims?: boolean;
}
const defaults = { radius: 1, axis: undefined, keepDims: false };
const blur = (options?: object) => optionsOf<BlurOptions, typeof defaults>('blur', options, defaults);

const refusal = (options: unknown): string => {
  try {
    blur(options as object);
  } catch (error) {
    expect(error).toMatchObject({ code: 'option', op: 'blur', name: 'OptionError' });
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  }
  return 'nothing was refused';
};

describe('options', () => {
  it('are what is given over the defaults, in the order of these; what is nothing is left out', () => {
    expect(Object.entries(blur({ keepDims: true }))).toEqual([
      ['radius', 1],
      ['keepDims', true],
    ]);
    expect(Object.entries(blur({ axis: 0, radius: 2 }))).toEqual([
      ['radius', 2],
      ['axis', 0],
      ['keepDims', false],
    ]);
  });

  it('may be absent, and undefined', () => {
    expect(blur()).toEqual({ radius: 1, keepDims: false });
    expect(Object.keys(blur({ radius: undefined, axis: undefined }))).toEqual(['radius', 'keepDims']);
  });

  it.each([
    ['radios', 'radius'],
    ['Radius', 'radius'],
    ['keep_dims', 'keepDims'],
    ['keepdim', 'keepDims'],
    ['axes', 'axis'],
    ['rad', 'radius'],
  ])('refuse %s and offer %s', (written, meant) => {
    expect(refusal({ axis: 0, [written]: 1 })).toBe(
      `blur: ${written} is no option; did you mean ${meant}? It takes radius, axis, keepDims.`,
    );
  });

  it.each(['sigma', 'is', 'toString', ''])("refuse '%s', which is like none", (written) => {
    expect(refusal({ [written]: undefined })).toBe(`blur: ${written} is no option; it takes radius, axis, keepDims.`);
  });

  it.each([1, 'axis', null, false])('refuse %j, which holds none', (given) => {
    expect(refusal(given)).toBe(`blur: ${given} is no set of options; give an object. It takes radius, axis, keepDims.`);
  });

  it('are refused where there are none', () => {
    expect(() => optionsOf('halve', { by: 2 } as object, {})).toThrow('halve: by is no option; it takes none.');
  });
});
