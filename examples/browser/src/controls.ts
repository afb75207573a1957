import { element, show } from './elements.js';
import type { Offered, Progress, State, ToWorker } from './messages.js';

/** What the button does in each state, and how the page describes it. */
const STATES: Readonly<Record<State, { readonly button: string; readonly status: string }>> = {
  ready: { button: 'Start', status: 'Ready to learn.' },
  training: { button: 'Pause', status: 'Learning …' },
  paused: { button: 'Go on', status: 'Paused.' },
  done: { button: 'Done', status: 'Learnt, and tested on all 10,000 test digits.' },
};

/** The half of the page with the buttons and the figures. */
export class Controls {
  readonly #toggle = element('toggle', HTMLButtonElement);
  readonly #restart = element('restart', HTMLButtonElement);
  readonly #backend = element('backend', HTMLSelectElement);
  #state: State = 'ready';

  constructor(tell: (message: ToWorker) => void) {
    this.#toggle.addEventListener('click', () => tell({ kind: this.#state === 'training' ? 'pause' : 'start' }));
    this.#restart.addEventListener('click', () => tell({ kind: 'restart' }));
    this.#backend.addEventListener('change', () => tell({ kind: 'backend', name: this.#backend.value }));
    show('isolation', crossOriginIsolated ? 'Shared memory: yes.' : 'Shared memory: no; one thread.');
  }

  offer(offers: readonly Offered[], chosen: string): void {
    const options = offers.map(({ name, note }) => new Option(note ? `${name} (${note})` : name, name, false, name === chosen));
    this.#backend.replaceChildren(...options);
  }

  load(bytes: number): void {
    show('status', `Loading the digits: ${(bytes / 1e6).toFixed(1)} MB …`);
  }

  enter(state: State, backend: string): void {
    this.#state = state;
    const { button, status } = STATES[state];
    this.#toggle.textContent = button;
    this.#toggle.disabled = state === 'done';
    this.#restart.disabled = state === 'ready';
    this.#backend.disabled = false;
    show('status', `${status} Backend: ${backend}.`);
  }

  advance({ steps, of, losses, accuracies, stepsPerSecond }: Progress): void {
    Object.assign(element('progress', HTMLProgressElement), { value: steps, max: of });
    show('step', `${steps.toLocaleString('en')} of ${of.toLocaleString('en')}`);
    show('loss', mean(losses).toFixed(4));
    show('accuracy', `${(100 * mean(accuracies)).toFixed(1)} %`);
    show('speed', stepsPerSecond < 10 ? stepsPerSecond.toFixed(2) : stepsPerSecond.toFixed(0));
  }

  clear(): void {
    element('progress', HTMLProgressElement).value = 0;
    for (const id of ['step', 'loss', 'accuracy', 'tested', 'speed']) show(id, '–');
  }

  fail(message: string): void {
    element('status', HTMLElement).classList.add('failed');
    show('status', `It failed: ${message} Reload the page to begin anew.`);
    for (const control of [this.#toggle, this.#restart, this.#backend]) control.disabled = true;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
