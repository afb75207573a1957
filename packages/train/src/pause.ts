/** What every platform that has an event loop offers; a bare engine has neither. */
const timers = globalThis as { readonly setTimeout?: (call: () => void, milliseconds: number) => unknown };

/** How long work may keep the event loop waiting, in milliseconds: signals, pages and timers get their turn this often. */
const PATIENCE = 50;

/** Lets the event loop turn, now and then: `await pause()` costs nothing until `PATIENCE` has passed since the last turn. */
export class Pauses {
  #last = Date.now();

  async pause(): Promise<void> {
    if (Date.now() - this.#last < PATIENCE) return;
    await new Promise<void>((resolve) => {
      if (timers.setTimeout) timers.setTimeout(resolve, 0);
      else resolve();
    });
    this.#last = Date.now();
  }
}
