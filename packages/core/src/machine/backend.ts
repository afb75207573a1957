import type { Kernel } from '../loops/statement.js';
import type { Target } from '../placement/target.js';
import type { Tape } from '../tape/tape.js';
import type { DType, TypedArray } from '../tensor/dtype.js';

export type { Target } from '../placement/target.js';

/** A tape made runnable, on memory of this process: the machine writes feeds into `inputs`, executes, and copies `outputs`. */
export interface HostExecutable {
  readonly kind: 'host';
  /** Changes whenever memory has moved: `inputs`, `outputs` and `view` are then to be read anew. */
  readonly moves: number;
  /** One array per `tape.inputs`, of the slot's length. */
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
  /** Runs the tape once, or instruction `only` of it. */
  execute(): void;
  executeOne(instruction: number): void;
  /** The present contents of any slot, for tools. */
  view(slot: number): TypedArray;
  dispose(): void;
}

/** A tape made runnable elsewhere: runs are queued and resolve in order. */
export interface DeviceExecutable {
  readonly kind: 'device';
  /** Throws where the device cannot hold what is fed. Nothing has run then, and the machine goes on. */
  check?(feeds: readonly TypedArray[]): void;
  /** Runs `steps` times, once all that was submitted before has run; the arrays that come are the caller's. */
  submit(feeds: readonly TypedArray[], steps: number): Promise<readonly TypedArray[]>;
  /** The same at once, where this process can wait for the device; nothing is pending then. */
  readonly runNow?: (feeds: readonly TypedArray[], steps: number) => readonly TypedArray[];
  dispose(): void;
}

/** A loaded tape: one whose memory is the host's, or one on a device. */
export type Executable = HostExecutable | DeviceExecutable;

/** The memory of one machine on a backend: its state, which never moves, and one scratch block, sized to the largest program. */
export interface Session {
  load(tape: Tape): Executable | Promise<Executable>;
  /** Makes room for a state and sets it. */
  write(name: string, dtype: DType, values: TypedArray): void | Promise<void>;
  /** A copy of a state's values. */
  read(name: string): TypedArray | Promise<TypedArray>;
  /** Bytes of the one scratch block. */
  readonly scratchBytes: number;
  /** What it runs on, in words, once that is known. */
  readonly device?: string | null;
  dispose(): void;
}

/** A kernel as a function of its buffers, on memory of this process. */
export type KernelRunner = (arrays: readonly TypedArray[]) => void;

/** A way to run tapes. A machine opens one session. */
export interface Backend {
  readonly name: string;
  readonly target: Target;
  open(): Session;
  /**
   * Gets ready for programs of these dtypes whose sizes are yet to come, so that a session can then load them at once. Undefined where there
   * is nothing to wait for.
   */
  prepare?(dtypes: ReadonlySet<DType>): Promise<void> | undefined;
  /**
   * Makes kernels runnable in this process with the bits of the interpreter, and faster. Large first values of state are made with it; where
   * it is missing, the interpreter makes them all.
   */
  readonly runnerOf?: (kernel: Kernel) => KernelRunner;
}
