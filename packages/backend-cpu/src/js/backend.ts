import { type Backend, DTYPES, HostSession, interpretTape, optionsOf, type Target } from '@tapegrad/core';
import { compileTapeToJavaScript } from './compile.js';
import { runnerOf } from './run-kernel.js';

/**
 * What generated JavaScript can do. Its numbers are float64, so wide sums cost nothing. 400 statements make about 10 KB of bytecode (a
 * register tile multiplies that by its cells): well below the 60 KB beyond which V8 leaves a function to its interpreter.
 * Of the tiles from 1×1 to 8×2 measured on products of 128 to 1024 in all layouts, 4×2 was the fastest or within 3 % of it (4.5 GFLOP/s
 * where 1×1 had 1.4), and 4×4 was slower at twice the code.
 */
const target: Target = {
  dtypes: new Set(DTYPES),
  instructions: 'kernels',
  keeps: new Set(),
  wideSums: true,
  lanes: 1,
  statements: 400,
  tile: [4, 2],
  memory: 'host',
  alignment: 64,
};

/** Options of the {@link js} backend. */
export interface JsOptions {
  /** Interprets the kernels and generates no code, for pages whose policy forbids it. Some fifty times slower. */
  readonly interpret?: boolean;
}

/**
 * The backend that writes JavaScript: runs everywhere, all dtypes, results within 1 ulp of `Math`'s, rounded.
 *
 * Throws `BackendError` on load where the page's policy forbids generated code.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: js() });
 */
export function js(options?: JsOptions): Backend {
  const { interpret } = optionsOf('js', options, { interpret: false });
  return {
    name: 'js',
    target,
    open: () => new HostSession(interpret ? (tape) => interpretTape('js', tape) : compileTapeToJavaScript),
    ...(!interpret && { runnerOf }),
  };
}
