import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Loop } from '../loops/loop.js';
import { Procedure } from '../loops/procedure.js';
import type { Kernel, KernelBuffer } from '../loops/statement.js';
import { kernelOfProcedure, place } from '../placement/place.js';
import type { Target } from '../placement/target.js';
import { countOf } from '../tensor/shape.js';
import { scatterUnit, unitOf } from './kernel-unit.js';
import { KernelWriter } from './lower.js';
import type { Unit } from './unit.js';

/** One node as a loop nest of its own. */
export interface LoopAlone {
  readonly loop: Loop;
  /** Whose memory each of its buffers is, by number: that of the node itself, or of an input. */
  readonly buffers: readonly Node[];
}

/**
 * The loop nest that computes one node, all of whose inputs but constants are in memory: what a backend that runs op by op reads. Throws
 * for a node whose op has no lowering.
 *
 * @example
 * const { loop, buffers } = loopOf(add(x, y));
 * console.log(loop.axes.length, buffers.length); // 2 3
 */
export function loopOf(node: Node): LoopAlone {
  const { nest, buffers } = unitAlone(node);
  return { loop: nest!.stages[0]!.loop, buffers };
}

function unitAlone(node: Node): Unit {
  const inMemory = (x: Node): boolean => x !== node && !isConstant(x);
  if (node.op.kind === 'scatter') return scatterUnit(node, inMemory);
  return unitOf(KernelWriter.of(node, inMemory), new Set([node]), { tile: [1, 1] });
}

/** A kernel, and whose memory each of its buffers is. */
export interface KernelAlone {
  readonly kernel: Kernel;
  readonly buffers: readonly Node[];
}

/**
 * The kernel that computes one node, by its lowering or its procedure, for `prepare` or a printer.
 *
 * @example
 * const { kernel, buffers } = kernelOf(exp(x), interpreter().target);
 * prepare(kernel)(buffers.map((buffer) => new Float32Array(elementsOf(buffer))));
 */
export function kernelOf(node: Node, target: Target): KernelAlone {
  if (node.op.procedure) return { kernel: kernelByProcedure(node), buffers: [...node.inputs, node] };
  const { nest, buffers } = unitAlone(node);
  const access = nest!.fill.length > 0 ? 'readwrite' : 'write';
  const described = buffers.map((buffer) => bufferOf(buffer, buffer === node ? access : 'read'));
  return { kernel: place(nest!, described, target), buffers };
}

/** The kernel of a node whose op is a procedure: over the buffers of its inputs, then its own. */
export function kernelByProcedure(node: Node): Kernel {
  const procedure = new Procedure();
  node.op.procedure!(procedure, node);
  return kernelOfProcedure(procedure, [...node.inputs.map((x) => bufferOf(x, 'read')), bufferOf(node, 'readwrite')]);
}

/** The memory of a node as a kernel sees it. */
export function bufferOf(node: Node, access: KernelBuffer['access']): KernelBuffer {
  return { dtype: node.dtype, length: countOf(node.shape), access };
}
