/** Reads one line of the graph's text form from left to right, skipping spaces. Failures name line, expected, found. */
export class Cursor {
  readonly #line: string;
  readonly #number: number;
  #at = 0;

  constructor(line: string, number: number) {
    this.#line = line;
    this.#number = number;
  }

  atEnd(): boolean {
    return this.#match(/(?:\/\/.*)?$/y) !== undefined;
  }

  sees(text: string): boolean {
    this.#skipSpaces();
    return this.#line.startsWith(text, this.#at);
  }

  seesDigit(): boolean {
    this.#skipSpaces();
    return /\d/.test(this.#line[this.#at] ?? "");
  }

  accept(text: string): boolean {
    if (!this.sees(text)) return false;
    // A word is not the beginning of a longer word.
    if (/^\w+$/.test(text) && /\w/.test(this.#line[this.#at + text.length] ?? "")) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`'${text}'`);
  }

  oneOf<T extends string>(words: readonly T[]): T {
    return words.find((word) => this.accept(word)) ?? this.fail(words.join(" or "));
  }

  /** An identifier, or anything between backquotes. */
  name(): string {
    const found = this.#match(/`[^`]+`|[A-Za-z_]\w*/y) ?? this.fail("a name");
    return found.startsWith("`") ? found.slice(1, -1) : found;
  }

  integer(): number {
    return Number(this.#match(/-?\d+/y) ?? this.fail("an integer"));
  }

  number(): number {
    return Number(this.#match(/-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN/y) ?? this.fail("a number"));
  }

  /** A text in double quotes. */
  text(): string {
    return JSON.parse(this.#match(/"(?:[^"\\]|\\.)*"/y) ?? this.fail("a text in double quotes")) as string;
  }

  /** A JSON number or object. */
  json(): unknown {
    if (!this.sees("{")) return this.number();
    const start = this.#at;
    let depth = 0;
    do {
      const token = this.#match(/"(?:[^"\\]|\\.)*"|[{}]|[^"{}]+/y) ?? this.fail("the end of the object");
      depth += token === "{" ? 1 : token === "}" ? -1 : 0;
    } while (depth > 0);
    try {
      return JSON.parse(this.#line.slice(start, this.#at));
    } catch {
      return this.fail("JSON", this.#line.slice(start, this.#at));
    }
  }

  fail(expected: string, found?: string): never {
    this.#skipSpaces();
    const rest = found ?? (this.#line.slice(this.#at, this.#at + 20) || "the end of the line");
    throw new Error(`line ${this.#number}: expected ${expected}, found ${rest}`);
  }

  #skipSpaces(): void {
    while (this.#line[this.#at] === " " || this.#line[this.#at] === "\r") this.#at++;
  }

  #match(pattern: RegExp): string | undefined {
    this.#skipSpaces();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
