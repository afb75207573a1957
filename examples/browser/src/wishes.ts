/** Messages that wait to be dealt with, in the order in which they came. */
export class Wishes<T> {
  #waiting: T[] = [];
  #wake: () => void = () => {};

  add(wish: T): void {
    this.#waiting.push(wish);
    this.#wake();
  }

  /** Those that wait now, maybe none. */
  taken(): T[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Those that wait, as soon as there are some. */
  async some(): Promise<T[]> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.taken();
  }
}

const { port1, port2 } = new MessageChannel();

/** Lets the event loop turn, so that messages come in. A timer would wait 4 ms each time. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}
