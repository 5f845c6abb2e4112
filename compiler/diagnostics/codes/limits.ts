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
};
