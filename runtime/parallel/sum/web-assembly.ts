/** What is used here of WebAssembly's JavaScript interface, which TypeScript declares for browsers only. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

const PAGE = 65536;

/** A module that works in memory `m.m`, of so many bytes at least. */
export function instantiate(module: Uint8Array, bytes: number): { memory: ArrayBuffer; exports: Record<string, unknown> } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { m: { m: memory } });
  return { memory: memory.buffer, exports };
}
