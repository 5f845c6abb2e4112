import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import type { Ident } from "../syntax/ast.ts";
import type { Use } from "./scope.ts";

/** A library file read as the main one: what it holds is checked all the same. */
const NO_MODEL = "JM0105";

/** Which names were declared and never read. */
export class Uses {
  readonly #uses = new Map<Ident, Use & { readonly what: "let" | "import" }>();

  of(name: Ident, what: "let" | "import"): Use {
    const known = this.#uses.get(name);
    if (known !== undefined) return known;
    const use = { name, what, read: false };
    this.#uses.set(name, use);
    return use;
  }

  /** Warns, unless there are errors: what follows a mistake is not always looked at. A leading `_` says "on purpose". */
  report(bag: DiagnosticBag): void {
    if (bag.all.some((d) => d.severity === "error" && d.code !== NO_MODEL)) return;
    for (const { name, what, read } of this.#uses.values()) {
      if (read || name.name.startsWith("_")) continue;
      const help = what === "let" ? [`remove it, or call it \`_${name.name}\``] : [];
      bag.add(diagnose("JM0340", { name: name.name, what }, [{ span: name.span, text: "never read" }], { severity: "warning", help }));
    }
  }
}
