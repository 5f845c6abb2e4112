import { writeAtomic, writeBytes, type OpenFile } from "./atomic-write.ts";
import { encodeHeader, layOut, type SafeTensorEntry, type SafeTensorSpec } from "./safetensors-header.ts";

export interface SafetensorsContent {
  readonly tensors: readonly SafeTensorSpec[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Gives one tensor's values when its turn comes, so that only one is in memory at a time. */
  readonly values: (tensor: SafeTensorSpec) => Promise<ArrayBufferView> | ArrayBufferView;
}

/** Writes a safetensors file atomically. Throws a UserError (disk full, no permission, ...) that names `path`. */
export async function writeSafetensors(path: string, content: SafetensorsContent, openFile?: OpenFile): Promise<void> {
  const header = layOut(content.tensors, content.metadata);
  await writeAtomic(
    path,
    async (file) => {
      await writeBytes(file, encodeHeader(header));
      for (const tensor of header.tensors) await writeBytes(file, checkedBytes(tensor, await content.values(tensor)));
    },
    openFile,
  );
}

function checkedBytes(tensor: SafeTensorEntry, values: ArrayBufferView): Uint8Array {
  if (values.byteLength !== tensor.end - tensor.begin) {
    throw new Error(`tensor '${tensor.name}' has ${values.byteLength} bytes, expected ${tensor.end - tensor.begin}`);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
