import { type Backend, type Feeds, isFloat, type Node, TapeMachine, type Tensor } from '@tapegrad/core';
import { difference, toleranceOf } from '../oracle/compare.js';

export type Results = Readonly<Record<string, Tensor>>;

/** One run of some nodes. */
export async function computed(open: () => Backend, outputs: Readonly<Record<string, Node>>, feeds: Feeds): Promise<Results> {
  const [first] = Object.values(outputs) as [Node];
  const machine = new TapeMachine(first.graph, { backend: open() });
  try {
    return await (await machine.compile(outputs)).run(feeds);
  } finally {
    machine.dispose();
  }
}

/** What is wrong with results, in words; floats may be off by as much as in the oracle, `looser` times that. */
export function wrongs(got: Results, wanted: Results, looser = 1): string[] {
  return Object.entries(wanted).flatMap(([name, { dtype, shape, data }]) => {
    const { absolute, relative } = toleranceOf(dtype === 'float64' ? 'float64' : 'float32', 1);
    const tolerance = isFloat(dtype)
      ? { absolute: looser * absolute, relative: looser * relative }
      : { absolute: 0, relative: 0 };
    const wrong = difference(got[name]!, { shape, data: Array.from(data) }, tolerance);
    return wrong ? [`${name} ${wrong}`] : [];
  });
}
