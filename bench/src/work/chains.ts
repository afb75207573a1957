/** So many operations, add, mul and tanh by turns, on a vector, as so many independent chains. */
export interface Chains {
  readonly nodes: number;
  readonly chains: number;
  readonly x: Float32Array;
}

const WIDTH = 64;

export function chainsOf(nodes: number, chains: number): Chains {
  return { nodes, chains, x: Float32Array.from({ length: WIDTH }, (_, i) => i / WIDTH - 0.5) };
}

/** The spelling of the operations in a system. */
export interface ChainOps<T> {
  add(a: T, b: T): T;
  scale(a: T, factor: number): T;
  tanh(a: T): T;
}

/** The ends of the chains: chain i begins with x·(1 + i/64) and goes on with y + x, y·0.875 and tanh y by turns. */
export function buildChains<T>({ nodes, chains }: Chains, x: T, op: ChainOps<T>): T[] {
  const ends = Array.from({ length: chains }, (_, i) => op.scale(x, 1 + i / 64));
  for (let i = 0; i < nodes; i++) {
    const at = i % chains;
    const y = ends[at]!;
    const turn = Math.floor(i / chains) % 3;
    ends[at] = turn === 0 ? op.add(y, x) : turn === 1 ? op.scale(y, 0.875) : op.tanh(y);
  }
  return ends;
}
