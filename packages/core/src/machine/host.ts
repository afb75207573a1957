/** What every host of JavaScript has beyond the language, and the language's own type library does not declare. */
interface Host {
  readonly performance: { now(): number };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (label: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
}

export const host = globalThis as unknown as Host;
