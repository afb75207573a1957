import type { Unit } from '../fusion/unit.js';
import type { Node } from '../graph/node.js';

/** What memory holds of a node. A node whose unit takes several steps has a value of each; none is like another. */
export interface Value {
  readonly node: Node;
}

/** One turn of a unit. */
export interface Step {
  readonly unit: Unit;
  /** Which value is meant by each node that the unit reads or writes; it may know others too. */
  readonly values: ReadonlyMap<Node, Value>;
  /** Why the unit is computed, if not for the first time. */
  readonly again?: string;
  /** The position, among the units, of the one whose turn this is or is for. */
  readonly time: number;
}
