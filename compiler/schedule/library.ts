import type { DType, KernelVariant } from "@jepac/runtime/plan";
import type { Span } from "../syntax/source.ts";
import type { Kernel } from "../wgsl/kernel.ts";
import { alignUp } from "./arena.ts";

export interface LibraryKernel {
  readonly name: string;
  /** Of the first use. */
  readonly span?: Span;
  readonly bindings: number;
  readonly params: boolean;
  readonly variants: readonly (Omit<KernelVariant, "file"> & { readonly text: string })[];
}

export interface LibraryTable {
  readonly byteOffset: number;
  /** Little-endian, 4 bytes an element. */
  readonly bytes: Uint8Array;
}

/** The kernels and constant tables of all programs of a model, each text and each table once. */
export class KernelLibrary {
  readonly kernels: LibraryKernel[] = [];
  readonly tables: LibraryTable[] = [];
  readonly #kernelAt = new Map<string, number>();
  readonly #tableAt = new Map<Float64Array, Map<DType, number>>();
  #tableBytes = 0;

  /** The kernel's number: an old one if all its texts are known. */
  add(kernel: Kernel, span?: Span): number {
    const key = kernel.variants.map((v) => `${v.adapter}/${v.text}`).join("\0");
    const known = this.#kernelAt.get(key);
    if (known !== undefined) return known;
    const { name, tensors, params } = kernel;
    const variants = kernel.variants.map(({ workgroups: _, ...variant }) => variant);
    const entry = { name, bindings: tensors.length, params: params.length > 0, variants };
    const number = this.kernels.push(span ? { ...entry, span } : entry) - 1;
    this.#kernelAt.set(key, number);
    return number;
  }

  /** The byte offset of a table in the buffer of constants. */
  addTable(data: Float64Array, dtype: DType): number {
    const known = this.#tableAt.get(data)?.get(dtype);
    if (known !== undefined) return known;
    const bytes = new Uint8Array((dtype === "f32" ? Float32Array.from(data) : Int32Array.from(data)).buffer);
    const twin = this.tables.find((t) => sameBytes(t.bytes, bytes));
    const byteOffset = twin?.byteOffset ?? this.#tableBytes;
    if (twin === undefined) {
      this.tables.push({ byteOffset, bytes });
      this.#tableBytes = alignUp(byteOffset + bytes.length);
    }
    const at = this.#tableAt.get(data) ?? new Map<DType, number>();
    this.#tableAt.set(data, at.set(dtype, byteOffset));
    return byteOffset;
  }

  get tableBytes(): number {
    return this.#tableBytes;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
