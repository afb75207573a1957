import type { ProfileEntry } from 'tapegrad';
import { bandwidthFor, type Roofs } from './roofs.js';

/** One instruction, held against what the machine can do. */
export interface Share {
  readonly index: number;
  /** What it computes. */
  readonly nodes: readonly string[];
  readonly milliseconds: number;
  /** Billions of operations and of bytes a second. */
  readonly arithmetic: number;
  readonly memory: number;
  /** Of the peak and of the bandwidth for as many bytes, from 0 to 1 or so. */
  readonly ofPeak: number;
  readonly ofBandwidth: number;
  /** What it could not go beyond: the higher of the two shares says. */
  readonly limit: 'arithmetic' | 'memory';
}

/** The shares of what an instruction reached, by its median time, its scalar operations, and the bytes that it must at least move. */
export function shareOf({ index, kind, nodes, milliseconds, bytes, flops }: ProfileEntry, roofs: Roofs): Share {
  const arithmetic = flops / milliseconds / 1e6;
  const memory = bytes / milliseconds / 1e6;
  const ofPeak = arithmetic / roofs.peak;
  const ofBandwidth = memory / bandwidthFor(roofs, bytes);
  const limit = ofPeak >= ofBandwidth ? 'arithmetic' : 'memory';
  return { index, nodes: nodes.length > 0 ? nodes : [kind], milliseconds, arithmetic, memory, ofPeak, ofBandwidth, limit };
}

/** The part of a time that the roofs themselves would take: what is left is the most that could be gained. */
export function ofRoofs(shares: readonly Share[]): number {
  const least = shares.reduce((total, share) => total + share.milliseconds * Math.max(share.ofPeak, share.ofBandwidth), 0);
  return least / shares.reduce((total, { milliseconds }) => total + milliseconds, 0);
}
