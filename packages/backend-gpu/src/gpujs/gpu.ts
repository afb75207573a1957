/** What is used of gpu.js, which is loaded only when asked for. */
export interface Gpu {
  readonly Kernel: KernelClass;
  createKernel(source: string, settings: KernelSettings): GpuKernel;
  destroy(): Promise<void>;
}

/** One of its ways to run kernels: on OpenGL through one of several interfaces, in WebAssembly, in JavaScript. */
export interface KernelClass {
  readonly name: string;
  /** 'gpu' where kernels run on OpenGL. */
  readonly mode: string;
  readonly features?: { readonly isFloatRead: boolean } | null;
}

export interface GpuConstructor {
  new (settings: { readonly mode: string }): Gpu;
}

export interface KernelSettings {
  readonly output: readonly [number];
  /** Whole float32 numbers in memory; anything else is packed and loses digits. */
  readonly precision: 'single';
  readonly tactic: 'precision';
  /** Results stay on the GPU. */
  readonly pipeline: true;
  /** Each run writes a texture that nobody holds. */
  readonly immutable: true;
  /** Would test every quotient for being whole. */
  readonly fixIntegerDivisionAccuracy: false;
  readonly loopMaxIterations: number;
  readonly functions: readonly string[];
}

/** Values on the GPU. */
export interface Texture {
  toArray(): Float32Array;
  delete(): void;
  clone(): Texture;
}

/** Values as kernels take and give them: plain arrays where there is no GPU. */
export type GpuValues = Texture | Float32Array;

export interface GpuKernel {
  (...values: readonly (GpuValues | number)[]): GpuValues;
  readonly kernel: RunningKernel;
}

/** The inside of a kernel, which tells where it runs. */
export interface RunningKernel {
  readonly constructor: unknown;
  readonly fallbackRequested?: boolean;
  readonly compiledFragmentShader?: string;
  readonly context?: GraphicsContext | null;
}

/** What is asked of a WebGL context. */
export interface GraphicsContext {
  readonly RENDERER: number;
  getParameter(name: number): unknown;
  getExtension(name: string): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  isContextLost?(): boolean;
}
