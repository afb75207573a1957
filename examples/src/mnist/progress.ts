/** Where lines go: `process.stdout`, or a test's own. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Plan {
  readonly epochs: number;
  /** In an epoch. */
  readonly batches: number;
  readonly examples: number;
}

/** Widest and narrowest bar. */
const BAR = [24, 4] as const;
/** Milliseconds between two drawings of the line. */
const REDRAW = 100;
/** Lines for an epoch where there is no terminal. */
const LINES = 4;
/** How fast the shown figures follow: the weight of the newest batch. */
const FRESH = 0.05;

/** Shows how a training gets on: in a terminal as one line that is redrawn, elsewhere as a few lines for each epoch. */
export class Progress {
  readonly #output: Output;
  readonly #plan: Plan;
  readonly #start = performance.now();
  #drawn = 0;
  #loss = Number.NaN;
  #accuracy = Number.NaN;

  constructor(output: Output, plan: Plan) {
    this.#output = output;
    this.#plan = plan;
  }

  /** A batch was done, counted from 0 within its epoch. */
  batch(epoch: number, batch: number, loss: number, accuracy: number): void {
    this.#loss = follow(this.#loss, loss);
    this.#accuracy = follow(this.#accuracy, accuracy);
    const { batches } = this.#plan;
    const done = batch + 1;
    if (this.#output.isTTY) {
      if (done < batches && performance.now() - this.#drawn < REDRAW) return;
      this.#drawn = performance.now();
      const room = (this.#output.columns ?? 120) - 1;
      this.#output.write(`\r\x1b[2K${this.#line(epoch, done, room).slice(0, room)}`);
    } else if (Math.floor((LINES * done) / batches) > Math.floor((LINES * batch) / batches)) {
      this.#output.write(`${this.#line(epoch, done)}\n`);
    }
  }

  /** Ends the line that is being redrawn; what is written next stands below. */
  end(): void {
    if (this.#output.isTTY && this.#drawn > 0) this.#output.write('\n');
    this.#drawn = 0;
  }

  /** The bar is as wide as `room` allows. */
  #line(epoch: number, done: number, room = Number.POSITIVE_INFINITY): string {
    const { epochs, batches, examples } = this.#plan;
    const [all, before] = [epochs * batches, epoch * batches + done];
    const seconds = (performance.now() - this.#start) / 1000;
    const name = `epoch ${epoch + 1}/${epochs}  `;
    const figures = [
      '',
      `${String(Math.round((100 * done) / batches)).padStart(3)}%`,
      `loss ${this.#loss.toFixed(4)}`,
      `accuracy ${(100 * this.#accuracy).toFixed(1)}%`,
      `${Math.round((before * examples) / batches / seconds).toLocaleString('en')} digits/s`,
      `${duration((seconds * (all - before)) / before)} left`,
    ].join('  ');
    const width = Math.max(BAR[1], Math.min(BAR[0], room - name.length - figures.length));
    return name + bar(done / batches, width) + figures;
  }
}

function follow(shown: number, fresh: number): number {
  return Number.isNaN(shown) ? fresh : shown + FRESH * (fresh - shown);
}

function bar(part: number, width: number): string {
  const full = Math.round(width * part);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Minutes and seconds, as 1:05. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
