import { findCheckpoint } from "../checkpoint/find.ts";
import { decodeInfo } from "../checkpoint/info.ts";
import { openSafetensors, type SafetensorsFile } from "../checkpoint/safetensors-read.ts";
import { writeSafetensors } from "../checkpoint/safetensors-write.ts";
import { theirName, type Spelling } from "./names.ts";
import { positionTables, type Positioned } from "./positions.ts";

export interface ExportOptions {
  /** A checkpoint or a run's folder. */
  readonly checkpoint: string;
  /** The file to write. */
  readonly out: string;
  /** How attention's weights are named: as in the paper-era code (`qkv`, the default), or as in the authors' code of today (`Wqkv`). */
  readonly spelling?: Spelling | undefined;
}

export interface ExportResult {
  readonly checkpoint: string;
  readonly model: string;
  readonly step: number;
  readonly tensors: number;
}

/**
 * Writes the weights and averages of a checkpoint with the authors' names, and the fixed position tables that their
 * modules expect, for `load_state_dict`. Optimizer state stays behind.
 * @throws UserError JR50x files, JR51x checkpoint
 */
export async function exportSafetensors(options: ExportOptions): Promise<ExportResult> {
  const path = await findCheckpoint(options.checkpoint);
  const file = await openSafetensors(path);
  try {
    const { model, step, config } = decodeInfo(file);
    const content = new Map([...weightsOf(file), ...tablesOf(file, config)].map(([name, tensor]) => [theirName(name, options.spelling ?? "qkv"), tensor]));
    await writeSafetensors(options.out, {
      tensors: [...content].map(([name, { shape }]) => ({ name, shape, dtype: "F32" })),
      // "pt" is what tools that load safetensors into PyTorch look for.
      metadata: { format: "pt", model, step: String(step), config: JSON.stringify(config) },
      values: ({ name }) => content.get(name)!.values(),
    });
    return { checkpoint: path, model, step, tensors: content.size };
  } finally {
    await file.close();
  }
}

interface Content {
  readonly shape: readonly number[];
  values(): Promise<ArrayBufferView> | ArrayBufferView;
}

function weightsOf(file: SafetensorsFile): [string, Content][] {
  return [...file.tensors.values()].filter(({ name }) => !name.startsWith("optimizer.")).map(({ name, shape }) => [name, { shape, values: () => file.read(name) }]);
}

function tablesOf(file: SafetensorsFile, config: Positioned["config"]): [string, Content][] {
  return positionTables({ config, tensors: [...file.tensors.values()] }).map((table) => [table.name, table]);
}
