import { UserError } from "../../errors.ts";

/** A C function. `async` calls it on another thread and gives the result to a callback. */
export interface NativeFunction {
  (...args: unknown[]): number;
  async(...args: [...unknown[], (error: Error | null, result: number) => void]): void;
}

export interface NativeLibrary {
  func(signature: string): NativeFunction;
  symbol(name: string): unknown;
}

/** What is used here of koffi, which calls C from JavaScript. It is an optional dependency: only MPI needs it. */
export interface Koffi {
  load(path: string, options: { readonly global: boolean }): NativeLibrary;
  as(value: unknown, type: string): unknown;
  config(settings: { readonly async_stack_size: number }): unknown;
}

/** MPICH needs more stack than koffi's 512 KiB: it crashes without. */
const STACK = 8 * 2 ** 20;

/** @throws UserError JR710 where the package is not installed */
export async function loadKoffi(): Promise<Koffi> {
  // By a variable: without the package, the compiler must not look for its types.
  const name: string = "koffi";
  try {
    const { default: koffi } = (await import(name)) as { default: Koffi };
    koffi.config({ async_stack_size: STACK });
    return koffi;
  } catch (error) {
    throw new UserError("JR710", `this process was started by an MPI launcher, and the package 'koffi', through which MPI is called, does not load: ${(error as Error).message}`, "Install it beside @jepac/runtime: npm install koffi@3.3.4");
  }
}
