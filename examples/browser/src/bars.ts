/** A bar for each digit, as long as it is probable. */
export class Bars {
  readonly #rows: readonly { readonly row: HTMLElement; readonly bar: HTMLElement; readonly share: HTMLElement }[];

  constructor(list: HTMLElement) {
    this.#rows = Array.from({ length: 10 }, (_, digit) => {
      const row = list.appendChild(document.createElement('li'));
      row.innerHTML = `<span>${digit}</span><span class="track"><div class="bar"></div></span><span class="share"></span>`;
      return { row, bar: row.querySelector<HTMLElement>('.bar')!, share: row.querySelector<HTMLElement>('.share')! };
    });
    this.clear();
  }

  /** Shows the probabilities of the ten digits. Returns the likeliest. */
  show(probabilities: readonly number[]): number {
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.#rows.forEach(({ row, bar, share }, digit) => {
      const probability = probabilities[digit]!;
      row.classList.toggle('best', digit === best);
      bar.style.transform = `scaleX(${probability.toFixed(4)})`;
      share.textContent = `${Math.round(100 * probability)} %`;
    });
    return best;
  }

  clear(): void {
    for (const { row, bar, share } of this.#rows) {
      row.classList.remove('best');
      bar.style.transform = '';
      share.textContent = '–';
    }
  }
}
