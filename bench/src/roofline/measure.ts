import type { Profile, ProfileEntry } from 'tapegrad';
import type { Asked } from '../options.js';
import { BACKENDS } from '../tapegrad/backends.js';
import { convolutionalStep } from '../tapegrad/convolutional.js';
import { denseStep, type Step } from '../tapegrad/dense.js';
import { convolutionalNetwork } from '../work/convolutional.js';
import { perceptron } from '../work/dense.js';
import { jsKernels } from './js-kernels.js';
import type { Kernels } from './kernels.js';
import { measureRoofs, type Roofs } from './roofs.js';
import { type Share, shareOf } from './shares.js';
import { wasmKernels } from './wasm-kernels.js';

/** A backend's roofs, and the instructions of the two steps against them. */
export interface Roofline {
  readonly backend: string;
  readonly roofs: Roofs;
  readonly steps: Readonly<Record<string, readonly Share[]>>;
}

const KERNELS: Readonly<Record<string, () => Kernels>> = { js: jsKernels, wasm: wasmKernels };
/** Profiles of which the quickest counts for each instruction, and the runs of each. */
const PROFILES = 5;
const RUNS = 40;

/** Measures the machine, then each instruction of a step of mlp and of cnn. */
export async function measureRoofline({ name, threads }: Asked): Promise<Roofline> {
  const kernels = KERNELS[name];
  if (!kernels) throw new Error(`roofline: no limits are known of ${name}; there are ${Object.keys(KERNELS).join(', ')}.`);
  if (threads > 1) throw new Error(`roofline: the limits are those of one core; ask for ${name}:1.`);
  const roofs = measureRoofs(kernels());
  const backend = await BACKENDS[name]!.load();
  if (typeof backend === 'string') throw new Error(`roofline: ${name}: ${backend}.`);
  const mlp = await denseStep(backend.open(1), perceptron({ kind: 'sgd', learningRate: 0.1 }));
  const cnn = await convolutionalStep(backend.open(1), convolutionalNetwork());
  return { backend: name, roofs, steps: { mlp: await shares(mlp, roofs), cnn: await shares(cnn, roofs) } };
}

async function shares({ machine, program }: Step, roofs: Roofs): Promise<Share[]> {
  const profiles: Profile[] = [];
  for (let i = 0; i < PROFILES; i++) profiles.push(await program.profile({}, { runs: RUNS }));
  machine.dispose();
  return profiles[0]!.entries.map((entry, i): Share => {
    const quickest = profiles.reduce<ProfileEntry>((best, { entries }) => quicker(best, entries[i]!), entry);
    return shareOf(quickest, roofs);
  });
}

function quicker(a: ProfileEntry, b: ProfileEntry): ProfileEntry {
  return b.milliseconds < a.milliseconds ? b : a;
}
