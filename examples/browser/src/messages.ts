/** What the page tells its worker. */
export type ToWorker =
  | { readonly kind: 'open'; readonly digits: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'backend'; readonly name: string }
  | { readonly kind: 'draw'; readonly pixels: Float32Array | null }
  | { readonly kind: 'example' };

/** A stretch of training steps. */
export interface Progress {
  /** Steps so far, and of a whole training. */
  readonly steps: number;
  readonly of: number;
  /** Of each step since the last message. */
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
  readonly stepsPerSecond: number;
}

/** A backend to choose. */
export interface Offered {
  readonly name: string;
  /** The name for people. */
  readonly label: string;
  /** What it runs on. */
  readonly about: string;
  /** Is that software where one would expect a GPU? */
  readonly software?: boolean;
  /** Why it is not to be had here. */
  readonly missing?: string;
}

/** `stopped` is a training that failed: it can only begin anew. */
export type State = 'ready' | 'training' | 'paused' | 'done' | 'stopped';

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: 'backends'; readonly offers: readonly Offered[] }
  | { readonly kind: 'loading'; readonly bytes: number }
  | { readonly kind: 'state'; readonly state: State; readonly backend: string }
  | ({ readonly kind: 'progress' } & Progress)
  | { readonly kind: 'tested'; readonly steps: number; readonly accuracy: number; readonly digits: number }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'reading'; readonly probabilities: readonly number[] }
  | { readonly kind: 'example'; readonly pixels: Float32Array; readonly label: number }
  /** Something failed that another choice may mend. */
  | { readonly kind: 'trouble'; readonly message: string }
  /** Nothing works until the page is loaded anew. */
  | { readonly kind: 'failed'; readonly message: string };
