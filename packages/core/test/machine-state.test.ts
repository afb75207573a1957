import { describe, expect, it } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import { interpreter } from '../src/machine/interpreter.js';
import { TapeMachine } from '../src/machine/machine.js';
import { mul } from '../src/primitives/forms.js';
import { Tensor } from '../src/tensor/tensor.js';

const machineOf = (graph: Graph, seed = 0) => new TapeMachine(graph, { backend: interpreter(), seed });

function twoStates() {
  const graph = new Graph();
  const [w, mask] = [graph.parameter('w', [[1, 2]]), graph.state('mask', [true, false])];
  return { graph, w, mask };
}

describe('get and set', () => {
  it('take a node or a name, and copy', () => {
    const { graph, w } = twoStates();
    const machine = machineOf(graph);
    const values = new Float32Array([5, 6]);
    machine.set(w, values);
    values.fill(0);
    expect(machine.get('w').toArray()).toEqual([[5, 6]]);
    machine.set('w', [[7, 0.1]]);
    (machine.get(w).data as Float32Array).fill(9);
    expect(machine.get(w).equals(Tensor.from([[7, 0.1]]))).toBe(true);
    machine.set('mask', [false, true]);
    expect(machine.get('mask').toArray()).toEqual([false, true]);
    const mine = Tensor.from([[1, 1]]);
    machine.set(w, mine);
    mine.data[0] = 3;
    expect(machine.get(w).toArray()).toEqual([[1, 1]]);
  });

  it('serve two machines on one graph, each with state of its own', async () => {
    const { graph, w } = twoStates();
    const [one, other] = [machineOf(graph), machineOf(graph)];
    const double = await one.compile({}, { updates: [{ state: w, value: mul(w, 2) }] });
    await double.run();
    expect([one.get(w).toArray(), other.get(w).toArray()]).toEqual([[[2, 4]], [[1, 2]]]);
    expect((w as unknown as { attrs: { first: Tensor } }).attrs.first.toArray()).toEqual([[1, 2]]);
  });

  it('refuse what does not fit', () => {
    const { graph, w } = twoStates();
    const x = graph.input('x', [2]);
    const machine = machineOf(graph);
    expect(() => machine.set(w, [1, 2])).toThrow("set: 'w' is float32 [2], not float32 [1, 2].");
    expect(() => machine.set('mask', Tensor.from([1, 0]))).toThrow("set: 'mask' is float32 [2], not bool [2].");
    expect(() => machine.set(w, new Float32Array(3))).toThrow("set: 'w': 3 elements do not fill shape [1, 2], which has 2.");
    expect(() => machine.get('v')).toThrow("get: 'v' is no parameter and no state of the machine's graph.");
    expect(() => machine.get(x)).toThrow("get: input %2 is no parameter and no state of the machine's graph.");
    expect(() => machine.get(new Graph().state('w', 1))).toThrow("get: state %0 belongs to another graph than the machine's.");
    expect(() => machineOf(graph, -1)).toThrow('seed: -1 is no seed; give a whole number from 0 to 2^53 - 1.');
    expect(() => machineOf(graph, 0.5)).toThrow('seed: 0.5 is no seed');
  });
});

describe('save and load', () => {
  it('carry all state to another machine', () => {
    const { graph, w, mask } = twoStates();
    graph.draw();
    const one = machineOf(graph, 3);
    one.set(w, [[8, 9]]);
    const other = machineOf(graph);
    other.load(one.save());
    expect(other.get(w).toArray()).toEqual([[8, 9]]);
    expect(other.get(mask).toArray()).toEqual([true, false]);
    expect(other.get('random.seed').toArray()).toEqual([3, 0]);
    expect(other.save()).toEqual(one.save());
  });

  it('refuse a set of names that does not fit, whole', () => {
    const { graph, w } = twoStates();
    const foreign = new Graph();
    foreign.state('w', [1, 2, 3]);
    foreign.state('v', 1);
    const machine = machineOf(graph);
    expect(() => machine.load(machineOf(foreign).save())).toThrow(
      "load: the saved state does not fit the graph: 'mask' is missing; 'v' is unknown; 'w' is float32 [3], not float32 [1, 2]. Nothing was loaded.",
    );
    expect(machine.get(w).toArray()).toEqual([[1, 2]]);
    expect(() => machine.load(new Uint8Array(4))).toThrow('load: these bytes are no safetensors file: 4 bytes are too few.');
  });
});
