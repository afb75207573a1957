/** Runs that may be on their way to a device at once; more wait here. */
const IN_FLIGHT = 3;

const ignore = (): void => {};

/** Starts jobs in the order of the calls, a few at a time: for devices, and for backends that load programs while the caller goes on. */
export class RunQueue {
  #pending = 0;
  #started: Promise<unknown> = Promise.resolve();
  readonly #finished: Promise<void>[] = [];

  /** Is there a job that has not finished? */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Starts `job` once those before it have started, there is room, and `ready` is there. Resolves or rejects as the job does. */
  push<R, T>(ready: R | Promise<R>, job: (ready: R) => T | Promise<T>): Promise<T> {
    this.#pending++;
    const room = this.#finished.length >= IN_FLIGHT ? this.#finished.shift() : undefined;
    const started = Promise.all([ready, this.#started, room]).then(([made]) => {
      const running = (async () => job(made))();
      running.catch(ignore);
      return { running };
    });
    this.#started = Promise.all([this.#started, room, started.catch(ignore)]);
    const result = started
      .then(({ running }) => running)
      .finally(() => {
        this.#pending--;
      });
    this.#finished.push(result.then(ignore, ignore));
    return result;
  }

  /** Resolves when all that has been pushed so far has finished. */
  async idle(): Promise<void> {
    await Promise.all([this.#started, ...this.#finished]);
  }
}
