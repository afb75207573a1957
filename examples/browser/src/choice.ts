import { element } from './elements.js';
import type { Offered } from './messages.js';

interface Row {
  readonly offer: Offered;
  readonly input: HTMLInputElement;
  readonly speed: HTMLElement;
}

/** The backends, of which one is chosen, each with what it runs on and how fast it was last. */
export class Choice {
  readonly #field = element('backends', HTMLFieldSetElement);
  readonly #choose: (name: string) => void;
  #rows: readonly Row[] = [];

  constructor(choose: (name: string) => void) {
    this.#choose = choose;
  }

  offer(offers: readonly Offered[]): void {
    this.#rows = offers.map((offer) => this.#row(offer));
  }

  /** Chooses a backend, and lets the user choose another. */
  enable(chosen: string): void {
    this.#field.disabled = false;
    for (const { offer, input } of this.#rows) input.checked = offer.name === chosen;
  }

  disable(): void {
    this.#field.disabled = true;
  }

  label(name: string): string {
    return this.#rows.find(({ offer }) => offer.name === name)?.offer.label ?? name;
  }

  showSpeed(name: string, text: string): void {
    for (const { offer, speed } of this.#rows) if (offer.name === name) speed.textContent = text;
  }

  #row(offer: Offered): Row {
    const label = this.#field.appendChild(document.createElement('label'));
    label.className = 'backend';
    label.classList.toggle('missing', offer.missing !== undefined);
    label.innerHTML =
      '<input type="radio" name="backend"><span class="name"></span><span class="speed"></span><span class="about"></span>';
    const part = <T extends HTMLElement>(selector: string): T => label.querySelector<T>(selector)!;
    const input = part<HTMLInputElement>('input');
    Object.assign(input, { value: offer.name, disabled: offer.missing !== undefined });
    input.addEventListener('change', () => this.#choose(offer.name));
    part('.name').textContent = offer.label;
    part('.about').textContent = offer.missing ? `Not here: ${offer.missing}.` : offer.about;
    if (offer.software) part('.about').append(warning());
    return { offer, input, speed: part('.speed') };
  }
}

function warning(): HTMLElement {
  const strong = document.createElement('strong');
  strong.textContent = 'SOFTWARE ON THE CPU';
  return strong;
}
