import type { Graph } from './graph.js';

let calling: Graph | null = null;

/**
 * The graph whose method is being called, for ops that have no node among their operands; null outside of methods.
 *
 * @example
 * console.log(callingGraph(), callOn(graph, callingGraph) === graph); // null true
 */
export function callingGraph(): Graph | null {
  return calling;
}

/**
 * Calls a free op as a method of a graph.
 *
 * @example
 * const noise = callOn(graph, () => randomNormal([4])); // as graph.randomNormal([4])
 */
export function callOn<T>(graph: Graph, call: () => T): T {
  const outer = calling;
  calling = graph;
  try {
    return call();
  } finally {
    calling = outer;
  }
}
