import { Choice } from './choice.js';
import { element, show } from './elements.js';
import type { Offered, Progress, State, ToWorker } from './messages.js';

/** What the button does in each state, and how the page describes it. */
const STATES: Readonly<Record<State, { readonly button: string; readonly status: string }>> = {
  ready: { button: 'Start', status: 'Ready to learn.' },
  training: { button: 'Pause', status: 'Learning …' },
  paused: { button: 'Go on', status: 'Paused.' },
  done: { button: 'Done', status: 'Learnt, and tested on all 10,000 test digits.' },
  stopped: { button: 'Start', status: 'Stopped: start over, or choose another backend to begin anew.' },
};

/** The half of the page with the buttons and the figures. */
export class Controls {
  readonly #toggle = element('toggle', HTMLButtonElement);
  readonly #restart = element('restart', HTMLButtonElement);
  readonly #choice: Choice;
  #state: State = 'ready';
  #backend = '';

  constructor(tell: (message: ToWorker) => void) {
    this.#choice = new Choice((name) => {
      this.#wait(`Opening ${this.#choice.label(name)} …`);
      tell({ kind: 'backend', name });
    });
    this.#toggle.addEventListener('click', () => tell({ kind: this.#state === 'training' ? 'pause' : 'start' }));
    this.#restart.addEventListener('click', () => {
      this.#wait('Starting over …');
      tell({ kind: 'restart' });
    });
    show('isolation', crossOriginIsolated ? 'Shared memory: yes.' : 'Shared memory: no; one thread.');
  }

  offer(offers: readonly Offered[]): void {
    this.#choice.offer(offers);
  }

  load(bytes: number): void {
    show('status', `Loading the digits: ${(bytes / 1e6).toFixed(1)} MB …`);
  }

  enter(state: State, backend: string): void {
    this.#state = state;
    this.#backend = backend;
    const { button, status } = STATES[state];
    this.#toggle.textContent = button;
    this.#toggle.disabled = state === 'done' || state === 'stopped';
    this.#restart.disabled = state === 'ready';
    this.#choice.enable(backend);
    show('status', `${status} Backend: ${this.#choice.label(backend)}.`);
  }

  advance({ steps, of, losses, accuracies, stepsPerSecond }: Progress): void {
    Object.assign(element('progress', HTMLProgressElement), { value: steps, max: of });
    const speed = stepsPerSecond < 10 ? stepsPerSecond.toFixed(2) : stepsPerSecond.toFixed(0);
    show('step', `${steps.toLocaleString('en')} of ${of.toLocaleString('en')}`);
    show('loss', mean(losses).toFixed(4));
    show('accuracy', `${(100 * mean(accuracies)).toFixed(1)} %`);
    show('speed', speed);
    this.#choice.showSpeed(this.#backend, speed);
  }

  clear(): void {
    element('progress', HTMLProgressElement).value = 0;
    for (const id of ['step', 'loss', 'accuracy', 'tested', 'speed']) show(id, '–');
  }

  /** Tells of something that failed, until the user does something about it. */
  warn(message: string): void {
    show('trouble', message);
  }

  fail(message: string): void {
    element('status', HTMLElement).classList.add('failed');
    show('status', `It failed: ${message} Reload the page to begin anew.`);
    this.#disable();
  }

  /** Nothing else may be asked for until the worker has answered. */
  #wait(status: string): void {
    show('trouble', '');
    show('status', status);
    this.#disable();
  }

  #disable(): void {
    for (const control of [this.#toggle, this.#restart]) control.disabled = true;
    this.#choice.disable();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
