type Compute = (...addresses: number[]) => void;

export interface WasmMemory<Bytes = ArrayBuffer> {
  readonly buffer: Bytes;
  grow(pages: number): void;
}

interface Limits {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** What is used of WebAssembly. */
interface Engine {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Memory: new <Bytes>(limits: Limits) => WasmMemory<Bytes>;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly store: { readonly memory: WasmMemory<unknown> } },
  ) => { readonly exports: Readonly<Record<string, Compute>> };
}

/** Bytes of a page of memory. */
export const PAGE = 65_536;

/** Memory that grows; undefined where the person forbade compiling, and with it WebAssembly. */
export function ownMemory(): WasmMemory | undefined {
  const engine = findEngine();
  return engine === undefined ? undefined : new engine.Memory({ initial: 1 });
}

/** Memory that threads share, of as many bytes and more. */
export function sharedMemory(bytes: number): WasmMemory<SharedArrayBuffer> | undefined {
  const pages = Math.ceil(bytes / PAGE);
  const engine = findEngine();
  return engine && new engine.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The one function of a module of `moduleOf`, on this memory; undefined where the processor's instructions are not to be had. */
export function instantiate(module: Uint8Array, memory: WasmMemory<unknown>): Compute | undefined {
  const engine = findEngine();
  if (engine?.validate(module) !== true) return undefined;
  const { exports } = new engine.Instance(new engine.Module(module), { store: { memory } });
  return Object.values(exports)[0];
}

function findEngine(): Engine | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- part of the language, and not of its types for Node 20
  return Reflect.get(globalThis, "WebAssembly") as Engine | undefined;
}
