interface Scope {
  /** Loops around it. */
  readonly depth: number;
  /** What stands in a branch must stay there: it may not be valid outside. */
  readonly branch: boolean;
  readonly lines: string[];
  readonly names: Map<string, string>;
}

/**
 * The statements of one function, as they grow. A value is written once, in the outermost scope that holds what it
 * depends on, so that nothing is computed anew in a loop that does not change it.
 */
export class Statements {
  readonly #scopes: Scope[] = [{ depth: 0, branch: false, lines: [], names: new Map() }];
  #count = 0;

  fresh(prefix: string): string {
    return `${prefix}${this.#count++}`;
  }

  /** The name of a value: `make` writes its expression unless the same `key` has a name already. */
  bind(key: string, prefix: string, depth: number, make: () => string): string {
    const known = this.find(key);
    if (known !== undefined) return known;
    const expression = make();
    const scope = this.#home(depth);
    const name = this.fresh(prefix);
    scope.lines.push(`let ${name} = ${expression};`);
    scope.names.set(key, name);
    return name;
  }

  find(key: string): string | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const name = this.#scopes[i]!.names.get(key);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** Makes `name` stand for `key` from here to the end of the present scope. */
  name(key: string, name: string): void {
    this.#top.names.set(key, name);
  }

  line(text: string): void {
    this.#top.lines.push(text);
  }

  /** A loop, or with `branch` an arm of a condition: `head {` body `}`. */
  block(head: string, kind: "loop" | "branch", body: () => void): void {
    const depth = this.#top.depth + (kind === "loop" ? 1 : 0);
    const scope: Scope = { depth, branch: kind === "branch", lines: [], names: new Map() };
    this.#scopes.push(scope);
    body();
    this.#scopes.pop();
    this.#top.lines.push(`${head} {`, ...scope.lines.map((line) => `  ${line}`), "}");
  }

  get depth(): number {
    return this.#top.depth;
  }

  /** How often anything was written: two equal readings mean nothing was in between. */
  get lines(): readonly string[] {
    return this.#top.lines;
  }

  get #top(): Scope {
    return this.#scopes.at(-1)!;
  }

  #home(depth: number): Scope {
    let at = this.#scopes.length - 1;
    while (at > 0 && !this.#scopes[at]!.branch && this.#scopes[at]!.depth > depth) at--;
    return this.#scopes[at]!;
  }
}
