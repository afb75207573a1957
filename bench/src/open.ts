import type { Asked } from './options.js';
import type { System } from './system.js';

/** Opens a system: one of our backends, or a peer, or says why it is not to be had. Loads nothing of the others. */
export async function openSystem(kind: 'backend' | 'peer', { name, threads }: Asked): Promise<System | string> {
  if (kind === 'peer') return (await import('./peers/index.js')).PEERS[name]!.open(threads);
  const { BACKENDS } = await import('./tapegrad/backends.js');
  const { tapegrad } = await import('./tapegrad/system.js');
  const open = await BACKENDS[name]!.load();
  return tapegrad(name, threads, () => open(threads));
}
