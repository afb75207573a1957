import type { KernelBuffer, Stmt } from '../loops/statement.js';

/** Panels of a kernel, of which some take the place of others that are not needed any more. */
export class PanelMemory {
  /** Each as it was asked for, in the order of their numbers. */
  readonly asked: KernelBuffer[] = [];
  readonly #places: number[] = [];
  readonly #held: KernelBuffer[] = [];
  #free = 0;

  /** Takes a new panel. */
  take(panel: KernelBuffer): void {
    this.asked.push(panel);
    let place = this.#free;
    while (this.#held[place] && this.#held[place]!.dtype !== panel.dtype) place++;
    this.#held[place] = { ...panel, length: Math.max(panel.length, this.#held[place]?.length ?? 0) };
    this.#places.push(place);
    this.#free = place + 1;
  }

  /** What those after the first `kept` hold is not needed any more. */
  release(kept: number): void {
    this.#free = Math.max(0, ...this.#places.slice(0, kept).map((place) => place + 1));
  }

  /** Statements with panels, numbered from `first` on, in their places; and what is there. */
  placed(body: readonly Stmt[], first: number): { readonly body: readonly Stmt[]; readonly panels: readonly KernelBuffer[] } {
    const shared = this.#held.length < this.asked.length;
    const number = (buffer: number): number => (buffer < first ? buffer : first + this.#places[buffer - first]!);
    return { body: shared ? renumbered(body, number) : body, panels: this.#held };
  }
}

function renumbered(list: readonly Stmt[], number: (buffer: number) => number): Stmt[] {
  return list.map((statement) => {
    switch (statement.kind) {
      case 'load':
      case 'store':
      case 'fill':
        return { ...statement, buffer: number(statement.buffer) };
      case 'for':
        return { ...statement, body: renumbered(statement.body, number) };
      case 'if':
        return { ...statement, body: renumbered(statement.body, number), otherwise: renumbered(statement.otherwise, number) };
      default:
        return statement;
    }
  });
}
