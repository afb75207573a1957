import type { WasmMemory, WasmModule } from '../host.js';
import { Member } from './member.js';

/** A program that the members of a crew know. */
export interface Enrolment {
  readonly id: number;
  /** By member: which of the programs it was given this is. */
  readonly numbers: readonly number[];
}

/**
 * The workers of this thread, for all its machines. They start when a program first needs them, and end with the last such program; none of
 * them keeps the process from ending.
 */
export class Crew {
  readonly #members: Member[] = [];
  readonly #programs = new Set<number>();
  #last = 0;
  #over = false;
  #busy = false;

  /** Must a new crew take over? Not where it could not start: nor could the next one. */
  get isOver(): boolean {
    if (!this.#over && this.#members.some((member) => member.isGone) && this.unable === null) this.end();
    return this.#over;
  }

  /** Why workers cannot start; null where they can. */
  get unable(): string | null {
    return this.#members.find((member) => !member.isReady && member.isGone)?.failure ?? null;
  }

  /** Why a member failed; null where none did. */
  get failure(): string | null {
    for (const { failure } of this.#members) if (failure !== null) return failure;
    return null;
  }

  /** Gives a program to as many workers, which start where there are fewer. */
  enrol(module: WasmModule, memory: WasmMemory, workers: number): Enrolment {
    while (this.#members.length < workers) this.#members.push(new Member());
    const id = ++this.#last;
    this.#programs.add(id);
    return { id, numbers: this.#members.slice(0, workers).map((member) => member.enrol(id, module, memory)) };
  }

  forget({ id }: Enrolment): void {
    if (this.#over || !this.#programs.delete(id)) return;
    for (const member of this.#members) member.forget(id);
    if (this.#programs.size === 0) this.end();
  }

  get size(): number {
    return this.#members.length;
  }

  /** Do all workers know all programs? */
  get isReady(): boolean {
    return this.#members.every((member) => member.knowsAll);
  }

  /**
   * Starts a run of a program on the workers that know it. Returns whether there is one; there is none while another run is under way, as where
   * a kernel of the user runs a program.
   */
  start({ id, numbers }: Enrolment, scratch: number, phase: number): boolean {
    if (this.#busy) return false;
    for (let i = 0; i < numbers.length && this.#members[i]!.knows(numbers[i]!); i++) {
      this.#members[i]!.start({ program: id, scratch, thread: i + 1, phase });
      this.#busy = true;
    }
    return this.#busy;
  }

  finish(): void {
    this.#busy = false;
  }

  end(): void {
    this.#over = true;
    for (const member of this.#members) member.end();
  }
}

let crew: Crew | null = null;

/** The crew, a new one where the last is over. */
export function presentCrew(): Crew {
  if (!crew || crew.isOver) crew = new Crew();
  return crew;
}
