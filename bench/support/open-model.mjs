// A model compiled in memory, and open on the device.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../../dist/compiler/compile.js";
import { renderDiagnostic } from "../../dist/compiler/diagnostics/render.js";
import { openGpu, planInMemory, Session } from "../../runtime/dist/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @param {string} path of a file below the repository's root, or the name of the text given */
export function compileModel(path, options = {}, text = undefined) {
  const read = (wanted) => {
    if (wanted === path && text !== undefined) return text;
    // `std/x.jm` lies in models/; all else is named from the root.
    const file = [join(root, wanted), join(root, "models", wanted)].find(existsSync);
    return file === undefined ? undefined : readFileSync(file, "utf8");
  };
  const { compiled, diagnostics } = compile(path, read, options);
  if (compiled === undefined) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join("\n"));
  return compiled;
}

/** The target that suits a device, as a user would name it to `jepac build`. */
export function targetOf(gpu) {
  return gpu.info.software ? "software" : "gpu";
}

/** A session of a compiled model. @param gpu an open device; without it, the best there is */
export async function openSession({ plan, files }, gpu = undefined) {
  const wgsl = Object.fromEntries([...files].filter(([name]) => name.endsWith(".wgsl")));
  return Session.open(planInMemory(plan, wgsl, files.get("constants.bin")), gpu ?? (await openGpu()));
}
