import { compile, type Compiled, type CompileOptions } from "../../compiler/compile.ts";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { openGpu } from "../../runtime/gpu/index.ts";
import { Session } from "../../runtime/execute/index.ts";
import type { BackEnd } from "../../runtime/plan/schema.ts";
import { planInMemory, type LoadedPlan } from "../../runtime/plan/read.ts";
import { readerOf } from "./models.ts";

/** Compiles a text or a file of models/; fails the test with the rendered messages if there are errors. */
export function compileModel(path: string, options: CompileOptions = {}, text?: string): Compiled {
  const { diagnostics, compiled } = compile(path, readerOf(text === undefined ? {} : { [path]: text }), options);
  if (compiled === undefined) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join("\n"));
  return compiled;
}

const devices = new Map<string, ReturnType<typeof openGpu>>();

/** This test file's device; one for each choice of back ends. */
export function testGpu(backEnds?: readonly BackEnd[]): ReturnType<typeof openGpu> {
  const key = String(backEnds);
  const device = devices.get(key) ?? openGpu({ backEnds });
  devices.set(key, device);
  return device;
}

/** A session of a compiled model on this test file's device. */
export async function sessionOf(compiled: Compiled, backEnds?: readonly BackEnd[]): Promise<Session> {
  return Session.open(loadedOf(compiled), await testGpu(backEnds));
}

/** A compiled model as a build folder would be read: through JSON. */
export function loadedOf(compiled: Compiled): LoadedPlan {
  const wgsl: Record<string, string> = {};
  let constants = new Uint8Array();
  for (const [name, content] of compiled.files) {
    if (typeof content !== "string") constants = new Uint8Array(content);
    else if (name.endsWith(".wgsl")) wgsl[name] = content;
  }
  return planInMemory(JSON.parse(JSON.stringify(compiled.plan)), wgsl, constants);
}
