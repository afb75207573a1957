import type { ToWorker } from './messages.js';
import { messageOf, post, Service } from './service.js';
import { Wishes } from './wishes.js';

async function main(): Promise<void> {
  const wishes = new Wishes<ToWorker>();
  self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => wishes.add(data));
  const [first, ...others] = await wishes.some();
  if (first?.kind !== 'open') throw new Error(`The first message must be 'open', not '${first?.kind}'.`);
  for (const wish of others) wishes.add(wish);
  await (await Service.open(first.digits)).serve(wishes);
}

main().catch((error: unknown) => post({ kind: 'failed', message: messageOf(error) }));
