import { Project, ts, VariableDeclarationKind, type InterfaceDeclarationStructure, type OptionalKind } from "ts-morph";
import type { Plan, PortPlan } from "@jepac/runtime/plan";

/** The emitted trainer: a thin, typed front of the runtime for one model. It imports the runtime and nothing else. */
export interface EmittedTrainer {
  readonly typescript: string;
  readonly javascript: string;
}

/** Imported as it runs, so that a folder copied to where there is no runtime can say so. */
const RUNTIME = `import type * as Runtime from "@jepac/runtime";

const runtime = await import("@jepac/runtime").catch((error): typeof Runtime => {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes("'@jepac/runtime'")) throw error;
  console.error("error[JR001]: the package @jepac/runtime is not installed here\\nhint: \`npm install @jepac/runtime\` in this folder or one above it; or \`jepac train\` with this folder");
  process.exit(1);
});
`;

/** Writes `trainer.ts` and the same as JavaScript. */
export function emitTrainer(plan: Plan, source: string): EmittedTrainer {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const name = plan.model;
  const file = project.createSourceFile("trainer.ts", {
    statements: [
      `// Written by jepac from ${source}; do not edit. Run it: node trainer.js --data <clips> --out <run>`,
      RUNTIME,
    ],
  });
  file.addInterfaces(interfaces(plan, name));
  file.addTypeAlias({ name: "NetName", isExported: true, docs: ["The nets of the model."], type: union(new Set(plan.tensors.flatMap((t) => (t.net === "" ? [] : [t.net])))) });
  file.addTypeAlias({ name: "TensorName", isExported: true, docs: ["Every tensor a checkpoint holds."], type: union(plan.tensors.map((t) => t.name)) });
  file.addVariableStatement({
    declarationKind: VariableDeclarationKind.Const,
    isExported: true,
    docs: ["The config values this build was made with."],
    declarations: [{ name: "config", type: `${name}Config`, initializer: JSON.stringify(plan.config, null, 2) }],
  });
  file.addFunction({
    name: "open",
    isExported: true,
    isAsync: true,
    docs: ["Opens the model on the best device there is, for single steps, exports and weights."],
    parameters: [{ name: "options", type: "Runtime.OpenOptions", initializer: "{}" }],
    returnType: `Promise<Runtime.Model<${name}Types>>`,
    statements: [`return runtime.Model.open<${name}Types>(new URL(".", import.meta.url), options);`],
  });
  file.addStatements([
    "if (runtime.isMain(import.meta.url)) process.exitCode = await runtime.trainerMain(new URL(\".\", import.meta.url), process.argv.slice(2));",
  ]);
  file.formatText({ indentSize: 2 });
  const typescript = file.getFullText();
  const javascript = ts.transpileModule(typescript, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: false },
  }).outputText;
  return { typescript, javascript };
}

function interfaces(plan: Plan, name: string): OptionalKind<InterfaceDeclarationStructure>[] {
  const step = plan.programs["step"];
  const exports = Object.entries(plan.programs).filter(([program]) => program !== "step" && program !== "init");
  return [
    {
      name: `${name}Config`,
      isExported: true,
      properties: Object.entries(plan.config).map(([key, value]) => ({ name: key, type: typeof value, isReadonly: true })),
    },
    { name: `${name}Inputs`, isExported: true, docs: ["The inputs of one training step."], properties: (step?.inputs ?? []).map((port) => inputProperty(port, step?.phases?.passes)) },
    {
      name: `${name}Metrics`,
      isExported: true,
      docs: ["What one training step reports."],
      properties: (step?.outputs ?? []).map((port) => ({ name: port.name, type: "number", isReadonly: true })),
    },
    ...exports.map(([program, plan_]) => ({
      name: `${capital(program)}Inputs`,
      isExported: true,
      docs: [`The inputs of \`${program}\`${plan_.doc === undefined ? "" : `: ${plan_.doc}`}`],
      properties: plan_.inputs.map((port) => inputProperty(port)),
    })),
    {
      name: `${name}Types`,
      isExported: true,
      docs: ["Everything typed about this model."],
      properties: [
        { name: "config", type: `${name}Config`, isReadonly: true },
        { name: "inputs", type: `${name}Inputs`, isReadonly: true },
        { name: "metrics", type: `${name}Metrics`, isReadonly: true },
        { name: "exports", type: `{ ${exports.map(([program]) => `readonly ${program}: ${capital(program)}Inputs`).join("; ")} }`, isReadonly: true },
        { name: "tensors", type: "TensorName", isReadonly: true },
      ],
    },
  ];
}

function inputProperty(port: PortPlan, passes = 1): { name: string; type: string; isReadonly: boolean; docs: string[] } {
  const shape = port.shape.map((size, axis) => (typeof size === "number" ? `${axis === 0 && port.perClip === true ? passes * size : size}` : showHost(size))).join(", ");
  return { name: port.name, type: port.dtype === "f32" ? "Float32Array" : "Int32Array", isReadonly: true, docs: [`${port.dtype}[${shape}], row-major`] };
}

function showHost(size: PortPlan["shape"][number]): string {
  if (typeof size === "number") return `${size}`;
  if ("size" in size) return size.size;
  if (!("call" in size)) return "?";
  const signs: Partial<Record<string, string>> = { add: " + ", sub: " - ", mul: " * " };
  return size.args.map(showHost).join(signs[size.call] ?? `, ${size.call}, `);
}

function union(names: Iterable<string>): string {
  const all = [...names].map((name) => JSON.stringify(name));
  return all.length === 0 ? "never" : all.join(" | ");
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
