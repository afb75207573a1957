import { type Backend, type HostExecutable, interpreter, type Kernel, type Session, type Tape } from '@tapegrad/core';

/** The interpreter as if its threads computed one element each and could do nothing else; small numbers, so that all rules apply. */
export function limited(seen: (tape: Tape) => void = () => {}): Backend {
  const { target, open } = interpreter();
  const limits = { stores: 1, reads: 4, ordered: false };
  return {
    name: 'limited',
    target: { ...target, limits, stages: { length: 3, threads: 64 } },
    open: () => {
      const session = open();
      const load = (tape: Tape): ReturnType<Session['load']> => {
        seen(tape);
        return session.load(tape) as HostExecutable;
      };
      return new Proxy(session, { get: (inner, key) => (key === 'load' ? load : bound(inner, key)) });
    },
  };
}

function bound(session: Session, key: string | symbol): unknown {
  const value: unknown = Reflect.get(session, key);
  return typeof value === 'function' ? value.bind(session) : value;
}

/** What a kernel does that a thread for each element could not do; null where there is nothing. */
export function misfit({ buffers, body, panels }: Kernel): string | null {
  const written = buffers.filter(({ access }) => access !== 'read');
  if (written.length !== 1 || written[0]!.access !== 'write') return `writes ${written.length} buffers`;
  if (buffers.length > 5) return `reads ${buffers.length - 1} buffers`;
  if (panels.length > 0) return 'has memory of its own';
  const last = body.at(-1);
  const inner = last?.kind === 'for' ? last.body : body;
  if (body.slice(0, -1).some((statement) => statement.kind === 'for' && statement.parallel))
    return 'has several loops over threads';
  if (written[0]!.length > 1 && !(last?.kind === 'for' && last.parallel)) return 'has no loop over threads';
  const stores = inner.filter(({ kind }) => kind === 'store');
  return stores.length === 1 && stores[0] === inner.at(-1) ? null : `has ${stores.length} stores`;
}
