import { createHash } from "node:crypto";
import { planInMemory, type LoadedPlan, type ProbeName, type ProbeSource } from "@jepac/runtime";
import { compile } from "../compiler/compile.ts";
import { checkProgram } from "../compiler/check-program.ts";
import { renderDiagnostic } from "../compiler/diagnostics/render.ts";
import { probeFile, readSource } from "./sources.ts";

const PROBES: readonly ProbeName[] = ["linear", "attentive", "retrieval", "neighbours"];

/** The package's probes, compiled when they are asked for; one of a size is compiled once. */
export function compiledProbes(): ProbeSource {
  const built = new Map<string, Promise<LoadedPlan>>();
  return {
    digest: textDigest(),
    build(probe, config) {
      const key = JSON.stringify([probe, config]);
      const plan = built.get(key) ?? Promise.resolve(buildProbe(probe, config));
      built.set(key, plan);
      return plan;
    },
  };
}

function buildProbe(probe: ProbeName, config: Readonly<Record<string, number | boolean>>): LoadedPlan {
  const set = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));
  const { diagnostics, compiled } = compile(probeFile(probe), readSource, { set });
  // The probes are ours: a message about one is a fault of jepac.
  if (compiled === undefined) throw new Error(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join("\n"));
  const wgsl: Record<string, string> = {};
  let constants = new Uint8Array();
  for (const [name, content] of compiled.files) {
    if (typeof content !== "string") constants = new Uint8Array(content);
    else if (name.endsWith(".wgsl")) wgsl[name] = content;
  }
  return planInMemory(compiled.plan, wgsl, constants);
}

/** A hash of every text that the probes are compiled from. */
function textDigest(): string {
  const hash = createHash("sha256");
  const texts = new Map<string, string>();
  const read = (path: string): string | undefined => {
    const text = readSource(path);
    if (text !== undefined) texts.set(path, text);
    return text;
  };
  for (const probe of PROBES) checkProgram(probeFile(probe), read);
  for (const [, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}
