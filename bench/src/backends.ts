import { type Backend, interpreter, js } from 'tapegrad';

/** Our backends by the name that `--backend` takes. */
export const BACKENDS: Readonly<Record<string, () => Backend>> = { js, interpreter };

/** A backend that takes part, by name. */
export interface Entry {
  readonly name: string;
  readonly make: () => Backend;
}
