import { readFile } from 'node:fs/promises';
import { isState, type Node, readSafetensors, TapegradError, type TapeMachine, type Tensor } from 'tapegrad';
import { layerName } from './model.js';
import { UsageError } from './options.js';

export type Saved = ReadonlyMap<string, Tensor>;

/** Reads a file that `--save` wrote. */
export async function readSaved(path: string): Promise<Saved> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new UsageError(`--load: ${error.message}.`);
  });
  try {
    return readSafetensors(bytes);
  } catch (error) {
    throw asUsage(error);
  }
}

/** The sizes of the hidden layers of a saved model. */
export function hiddenOf(saved: Saved): number[] {
  const sizes: number[] = [];
  for (let i = 0; saved.has(`${layerName(i)}.w`); i++) sizes.push(saved.get(`${layerName(i)}.w`)!.shape[1]!);
  return sizes.slice(0, -1);
}

/** Gives a machine the saved parameters. What an optimizer kept besides stays behind: it starts anew. */
export async function restore(machine: TapeMachine, parameters: readonly Node[], saved: Saved): Promise<void> {
  for (const parameter of parameters.filter(isState)) {
    const { name } = parameter.attrs;
    const value = saved.get(name);
    if (!value)
      throw new UsageError(`--load: the file holds no '${name}'; it is no model of this program, or of other --hidden sizes.`);
    try {
      await machine.set(parameter, value);
    } catch (error) {
      throw asUsage(error);
    }
  }
}

/** What the engine says of a file that does not fit is the user's to mend. */
function asUsage(error: unknown): unknown {
  return error instanceof TapegradError ? new UsageError(`--load: ${error.message}`) : error;
}
