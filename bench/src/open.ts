import type { Asked } from './options.js';
import type { System } from './system.js';

/** Opens a system: one of our backends, or a peer, or says why it is not to be had. Loads nothing of the others. */
export async function openSystem(kind: 'backend' | 'peer', { name, threads }: Asked): Promise<System | string> {
  const { PEERS } = await import('./peers/index.js');
  if (kind === 'peer') return PEERS[name]!.open(threads);
  const { BACKENDS } = await import('./tapegrad/backends.js');
  const { tapegrad } = await import('./tapegrad/system.js');
  const backend = await BACKENDS[name]!.load();
  if (typeof backend === 'string') return backend;
  // In tables it may stand beside the library through which it runs.
  const label = name in PEERS ? `through-${name}` : name;
  return tapegrad(label, threads, () => backend.open(threads), backend.adapter);
}
