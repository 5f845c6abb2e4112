import { Option, type Command } from "commander";
import { exportSafetensors, SPELLINGS, UserError, type Spelling } from "@jepac/runtime";
import { bytes } from "../numbers.ts";

interface ExportFlags {
  safetensors?: string;
  names: Spelling;
  onnx?: string;
  build?: string;
  model?: string;
  program: string;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .argument("<checkpoint>", "a checkpoint or a run's folder")
    .option("--safetensors <file>", "write the weights with the names of the authors' PyTorch code")
    .addOption(new Option("--names <spelling>", "how the safetensors name attention: attn.qkv as in the paper's code, or attn.Wqkv as in today's").choices(SPELLINGS).default("qkv"))
    .option("--onnx <file>", "write an exported function with its weights, for onnxruntime")
    .option("--build <folder>", "what `jepac build` wrote, where run.json does not say it")
    .option("--model <model.jm>", "the model's file instead")
    .option("--program <name>", "the exported function that goes into the ONNX file", "embed")
    .description("write a trained model for other tools")
    .action(async (checkpoint: string, options: ExportFlags) => {
      if (options.safetensors === undefined && options.onnx === undefined) throw new UserError("JC050", "say what to write", "--safetensors weights.safetensors, --onnx encoder.onnx, or both");
      if (options.safetensors !== undefined) {
        const written = await exportSafetensors({ checkpoint, out: options.safetensors, spelling: options.names });
        process.stdout.write(`${options.safetensors}: ${written.tensors} tensors of ${written.model}, after ${written.step} steps\n`);
      }
      if (options.onnx !== undefined) await toOnnx(checkpoint, options.onnx, options);
    });
}

async function toOnnx(checkpoint: string, out: string, { build, model, program }: ExportFlags): Promise<void> {
  // Only here: the compiler takes long to load.
  const { writeOnnx } = await import("./export-onnx.ts");
  const written = await writeOnnx({ checkpoint, build, model, program, out });
  if (written !== undefined) process.stdout.write(`${out}: ${program} of ${written.model}, after ${written.step} steps, ${written.weights} weights, ${bytes(written.bytes)}\n`);
}
