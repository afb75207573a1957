/** What every host of WebAssembly has, and the language's own type library does not declare. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export type WasmModule = object;
export type Exported = (...args: number[]) => void;

interface Host {
  readonly WebAssembly: {
    readonly Memory: new (options: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
    readonly Module: new (bytes: Uint8Array) => WasmModule;
    readonly Instance: new (
      module: WasmModule,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    ) => { readonly exports: Readonly<Record<string, Exported>> };
    validate(bytes: Uint8Array): boolean;
    compile(bytes: Uint8Array): Promise<WasmModule>;
  };
}

export const { WebAssembly } = globalThis as unknown as Host;
