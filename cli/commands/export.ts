import { Option, type Command } from "commander";
import { exportSafetensors, SPELLINGS, UserError, type Spelling } from "@jepac/runtime";

interface ExportFlags {
  safetensors?: string;
  names: Spelling;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .argument("<checkpoint>", "a checkpoint or a run's folder")
    .option("--safetensors <file>", "the weights with the names of the authors' PyTorch code")
    .addOption(new Option("--names <spelling>", "how the safetensors name attention: attn.qkv as in the paper's code, or attn.Wqkv as in today's").choices(SPELLINGS).default("qkv"))
    .description("write a trained model for other tools")
    .action(async (checkpoint: string, options: ExportFlags) => {
      if (options.safetensors === undefined) throw new UserError("JC050", "say what to write", "--safetensors weights.safetensors");
      const written = await exportSafetensors({ checkpoint, out: options.safetensors, spelling: options.names });
      process.stdout.write(`${options.safetensors}: ${written.tensors} tensors of ${written.model}, after ${written.step} steps\n`);
    });
}
