import { wasm } from '@tapegrad/backend-cpu';
import { TapeMachine as CoreMachine, type Graph, type MachineOptions } from '@tapegrad/core';

/**
 * Binds a graph to a backend, `wasm()` unless another is given, and owns the memory: parameters and other state.
 *
 * @example
 * const graph = new Graph();
 * const machine = new TapeMachine(graph, { seed: 7 });
 * const program = await machine.compile({ y: graph.add(2, 2.5) });
 * console.log((await program.run()).y.item()); // 4.5
 */
export class TapeMachine extends CoreMachine {
  constructor(graph: Graph, options?: Partial<MachineOptions>) {
    super(graph, { ...options, backend: options?.backend ?? wasm() });
  }
}
