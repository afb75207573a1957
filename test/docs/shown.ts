import { format } from 'node:util';

/** `console.log` of a documented line, whose output must be what the comment behind it says. */
export function shown(expected: string, ...values: readonly unknown[]): void {
  const got = format(...values);
  if (got !== expected) throw new Error(`the documentation says that this prints "${expected}"; it prints "${got}"`);
}

/** A documented result, whose shape must be what the comment behind it says. */
export function shaped(expected: string, ...nodes: readonly { readonly shape: readonly unknown[] }[]): void {
  const got = nodes.map((node) => `[${node.shape.join(', ')}]`).join(' and ');
  if (got !== expected) throw new Error(`the documentation says that this gives ${expected}; it gives ${got}`);
}
