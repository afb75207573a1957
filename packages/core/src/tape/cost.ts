import type { Unit } from '../fusion/unit.js';
import { countOf } from '../tensor/shape.js';
import { operationsOf } from './operations.js';
import { sizeOf } from './plan.js';

/** A byte moved takes about as long as so many operations, and a call as so many. */
const BYTE = 1;
const CALL = 1000;

/** Roughly what a unit costs to run, in scalar operations. */
export function costOf(unit: Unit): number {
  const { nest, roots, reads } = unit;
  const operations = nest ? operationsOf(nest) : roots.reduce((total, { op, shape }) => total + op.cost * countOf(shape), 0);
  const bytes = [...roots, ...reads.keys()].reduce((total, node) => total + sizeOf(node), 0);
  return operations + BYTE * bytes + CALL;
}
