/** A C function. `async` calls it on another thread and gives the result to a callback. */
export interface NativeFunction {
  (...args: unknown[]): number;
  async(...args: [...unknown[], (error: Error | null, result: number) => void]): void;
}

export interface NativeLibrary {
  func(signature: string): NativeFunction;
  symbol(name: string): unknown;
}

/** What is used here of koffi, which calls C from JavaScript. It is an optional dependency. */
export interface Koffi {
  /** Without a path: what this process has loaded already, the C library among it. */
  load(path: string | null, options?: { readonly global: boolean }): NativeLibrary;
  as(value: unknown, type: string): unknown;
  config(settings: { readonly async_stack_size: number }): unknown;
  address(pointer: unknown): bigint;
}

/** MPICH needs more stack than koffi's 512 KiB: it crashes without. */
const STACK = 8 * 2 ** 20;

/** @throws Error where the package is not installed, or does not run here */
export async function importKoffi(): Promise<Koffi> {
  // By a variable: without the package, the compiler must not look for its types.
  const name: string = "koffi";
  const { default: koffi } = (await import(name)) as { default: Koffi };
  koffi.config({ async_stack_size: STACK });
  return koffi;
}
