import type { DType } from '@tapegrad/core';
import { loadScalar } from './access.js';
import type { Code } from './code.js';
import * as simd from './simd.js';
import { gatherLanes } from './vector.js';

/** A load whose lanes lie at distances known beforehand. */
export interface PatternRead {
  readonly type: DType;
  readonly pattern: readonly number[];
  /** Puts the address of what is so many elements further on the stack, and returns the constant that the access adds to it. */
  address(distance: number): number;
}

/** Loads one vector of lanes: that half of a float64, or all. Nothing is read before the least element or after the greatest. */
export function loadPattern(to: Code, read: PatternRead, half: number): void {
  const { type, pattern } = read;
  const span = Math.max(...pattern);
  const whole = (distance: number): void => to.memory(simd.load, 2, read.address(distance));
  if (type === 'float64' || type === 'bool') {
    gatherLanes(to, type, half, (lane) => loadScalar(to, type, read.address(pattern[lane]!)));
  } else if (span === 0) {
    to.memory(simd.load32Splat, 2, read.address(0));
  } else if (span === 1) {
    to.memory(simd.load64Zero, 2, read.address(0));
    to.memory(simd.load64Zero, 2, read.address(0));
    to.shuffle(pattern as readonly number[] as Words);
  } else if (span >= 3 && span <= 7 && pattern.every((distance) => distance <= 3 || distance >= span - 3)) {
    whole(0);
    whole(span - 3);
    to.shuffle(pattern.map((distance) => (distance <= 3 ? distance : distance - span + 7)) as readonly number[] as Words);
  } else {
    const offsets = pattern.toReversed().map((distance) => read.address(distance));
    offsets.toReversed().forEach((offset, lane) => {
      if (lane === 0) to.memory(simd.load32Splat, 2, offset);
      else to.memoryLane(simd.load32Lane, 2, offset, lane);
    });
  }
}

type Words = readonly [number, number, number, number];
