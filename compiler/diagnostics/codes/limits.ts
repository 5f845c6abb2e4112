import { code } from "../code.ts";

/** JM06xx: programs that no adapter of the target could run. */
export const limitCodes = {
  JM0601: code<{ subject: string; limit: string; needed: string; offered: string }>({
    title: "over a limit of the target",
    message: ({ subject, limit, needed, offered }) => `\`${subject}\` needs ${needed}, and the target offers ${offered} (${limit})`,
    explain:
      "WebGPU adapters bound the size of a buffer, of what one kernel can see of it, and how many buffers a kernel can see. `--target software` builds for Mesa's software driver (128 MiB at once), `--target gpu` for common GPUs (2 GiB).",
    wrong: "jepac build models/audio-jepa.jm --target software        // batch 256: activations of 400 MiB",
    right: "jepac build models/audio-jepa.jm --target software --set batch=4",
  }),
  JM0602: code<{ found: number; batch?: number }>({
    title: "a micro-batch that does not divide the batch",
    message: ({ found, batch }) => (batch === undefined ? `passes over ${found} clips need a batch to take them from` : `passes over ${found} clips do not make up a batch of ${batch}`),
    explain:
      "`--micro-batch n` computes a training step in passes over n clips each, and updates the weights once, with the mean of their gradients. The model says in `config batch` how many clips a step has; n must divide it.",
    wrong: "jepac build models/audio-jepa.jm --micro-batch 48        // batch 256",
    right: "jepac build models/audio-jepa.jm --micro-batch 32        // 8 passes over 32 clips",
  }),
  JM0603: code<{ what: string; microBatch: number }>({
    title: "not one part for each clip",
    message: ({ what, microBatch }) => `${what} depends on \`batch\` otherwise than with a first axis of clips, so passes over ${microBatch} clips would not do what the whole batch does`,
    explain:
      "With `--micro-batch`, each pass sees a part of the clips. Inputs and random tensors whose first axis is the batch are cut there, and draw the numbers that they would in the whole batch. Where the batch stands elsewhere in a shape, in a weight, or in the bounds of a runtime size, there is nothing to cut.",
    wrong: "let noise = uniform([T, batch])        // with --micro-batch",
    right: "let noise = transpose(uniform([batch, T]))",
  }),
  JM0604: code<{ model: string; budget: string; smallest: string }>({
    title: "no way to fit the budget of memory",
    message: ({ model, budget, smallest }) => `\`${model}\` cannot be trained in ${budget}: it needs ${smallest} at least`,
    explain:
      "With `--memory`, the compiler chooses how many clips a pass computes and whether layers are computed again in the backward pass, so that all buffers together fit. Weights, gradients, optimizer state and tables are not made smaller by that; what is named as the smallest budget has passes over one clip, with layers computed again, where the options leave that open.",
    wrong: "jepac build models/audio-jepa.jm --memory 1GiB",
    right: "jepac build models/audio-jepa.jm --memory 8GiB",
  }),
};
