import type { Token } from "./lexer.ts";

/** A run of `///` lines with nothing between them. */
interface Run {
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Finds the `///` lines directly above a declaration. */
export class DocComments {
  readonly #byLastLine = new Map<number, Run>();
  readonly #first: Run | undefined;

  /** `ownLine` says whether a comment is the first thing on its line. */
  constructor(comments: readonly Token[], ownLine: (comment: Token) => boolean) {
    let run: Run | undefined;
    for (const comment of comments) {
      if (!/^\/\/\/(?!\/)/.test(comment.image) || !ownLine(comment)) continue;
      const line = comment.startLine ?? 0;
      const text = comment.image.slice(3).replace(/^ /, "").trimEnd();
      if (run?.lastLine === line - 1) {
        this.#byLastLine.delete(run.lastLine);
        run = { text: `${run.text}\n${text}`, firstLine: run.firstLine, lastLine: line };
      } else {
        run = { text, firstLine: line, lastLine: line };
      }
      this.#byLastLine.set(line, run);
    }
    this.#first = [...this.#byLastLine.values()][0];
  }

  /** The doc comment of a declaration whose first token stands on `line`. */
  above(line: number): string | undefined {
    return this.#byLastLine.get(line - 1)?.text;
  }

  /** The run before the first token of the file, unless a declaration that takes it stands right below. */
  ofFile(firstTokenLine: number, firstIsDeclaration: boolean): string | undefined {
    const run = this.#first;
    if (run === undefined || run.lastLine >= firstTokenLine) return undefined;
    return firstIsDeclaration && run.lastLine === firstTokenLine - 1 ? undefined : run.text;
  }
}
