import { EmbeddedActionsParser, EOF, isRecognitionException, tokenMatcher, type IRecognitionException, type ParserMethod, type TokenType } from "chevrotain";
import { diagnose } from "../diagnostics/codes.ts";
import { DiagnosticBag, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { Expr, Ident } from "./ast.ts";
import { placeOf } from "./brackets.ts";
import { DocComments } from "./comments.ts";
import { expectedWords, foundWords, unexpected } from "./expected.ts";
import { foreignStatement } from "./foreign.ts";
import { parserVocabulary, retype, tokenSpan, type Token } from "./lexer.ts";
import { misplaced } from "./misplaced.ts";
import { beginningWords, beginsEntry, declaredNames } from "./resync.ts";
import type { SourceFile, Span } from "./source.ts";
import * as t from "./tokens.ts";

export type Rule<T> = ParserMethod<[], T>;

export interface ParserInput {
  readonly source: SourceFile;
  /** With balanced brackets and places, and an end of file after the last. */
  readonly tokens: Token[];
  readonly docs: DocComments;
  readonly bag: DiagnosticBag;
}

/** Thrown by the grammar's own checks; it travels like one of Chevrotain's exceptions, which are known by name. */
class SyntaxFailure extends Error {
  override readonly name = "NoViableAltException";
  readonly token: Token;
  /** Absent: what was expected and found is said. */
  readonly diagnostic: Diagnostic | undefined;

  constructor(expected: string, token: Token, diagnostic?: Diagnostic) {
    super(expected);
    this.token = token;
    this.diagnostic = diagnostic;
  }
}

const nothing: ParserInput = { source: { path: "", text: "" }, tokens: [], docs: new DocComments([], () => true), bag: new DiagnosticBag() };

const entryWords = new Map(beginningWords.map((word) => [word.PATTERN as string, word]));

const beginExpressions = new Set([t.If, t.Not, t.True, t.False]);

/** What all grammar rules share: places, names, and going on after a mistake. */
export abstract class ParserBase extends EmbeddedActionsParser {
  protected at: ParserInput = nothing;
  /** Names whose declarations could not be read. */
  protected broken: Ident[] = [];
  /** First tokens of the entries being read, innermost last: where to go on after a mistake depends on them. */
  #entries: Token[] = [];
  /** Keywords that were declared as names. */
  #excused = new Set<string>();

  constructor() {
    super(parserVocabulary, { recoveryEnabled: false, maxLookahead: 2, errorMessageProvider: expectedWords });
  }

  /** Declares a grammar rule; the declared type of what it gives reaches into its body. */
  protected define<T>(name: string, body: () => T): Rule<T> {
    return this.RULE(name, body);
  }

  protected begin(at: ParserInput): void {
    this.at = at;
    this.broken = [];
    this.#entries = [];
    this.#excused = new Set();
    this.input = at.tokens;
  }

  // ------------------------------------------------------------- places

  /** From a token to the last one read. */
  protected spanFrom(first: Token): Span {
    const start = first.startOffset;
    return { source: this.at.source, start, end: Math.max(start, (this.LA(0).endOffset ?? start) + 1) };
  }

  protected spanOf(token: Token): Span {
    return tokenSpan(token, this.at.source);
  }

  /** Whether the next token stands on the line of the last one. A `(` or `[` continues an expression only then. */
  protected onSameLine(): boolean {
    return this.LA(0).endLine === this.LA(1).startLine;
  }

  protected nextIs(type: TokenType, ahead = 1): boolean {
    return tokenMatcher(this.LA(ahead), type);
  }

  protected hole(): Expr {
    return { kind: "hole", span: this.spanOf(this.LA(1)) };
  }

  protected docHere(): { readonly doc?: string } {
    const doc = this.RECORDING_PHASE ? undefined : this.at.docs.above(this.LA(1).startLine ?? 0);
    return doc === undefined ? {} : { doc };
  }

  // ------------------------------------------------------------- names

  /** A name being declared or used; a keyword in its place is reported and taken for one. */
  protected readonly ident: Rule<Ident> = this.define("ident", () => {
    this.ACTION(() => this.excuseKeyword());
    const token = this.CONSUME(t.AnyName);
    return { name: token.image, span: this.spanOf(token) };
  });

  /** Makes a name of a keyword that stands where a name is declared. */
  protected excuseKeyword(): void {
    const next = this.LA(1);
    if (!t.hardKeywords.includes(next.tokenType) || !this.onSameLine() || this.nextIs(t.AnyName, 2)) return;
    if (!beginExpressions.has(next.tokenType)) this.#excused.add(next.image);
    this.report(diagnose("JM0004", { word: next.image }, [{ span: this.spanOf(next), text: "a name is expected here" }]));
    retype(next, t.Name);
  }

  /** Makes a name of a keyword that was declared as one. */
  protected readExcused(): void {
    if (this.#excused.has(this.LA(1).image)) retype(this.LA(1), t.Name);
  }

  /** The `=` before a value; `==` is excused. */
  protected readonly equals = this.RULE("equals", () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Equals) },
        {
          ALT: () => {
            const token = this.CONSUME(t.EqualEqual);
            this.ACTION(() => this.report(diagnose("JM0011", {}, [{ span: this.spanOf(token), text: "write `=`" }])));
          },
        },
      ],
      ERR_MSG: "`=`",
    });
  });

  // ------------------------------------------------------------- mistakes

  protected report(diagnostic: Diagnostic): void {
    this.at.bag.add(diagnostic);
  }

  /** Gives up the entry being read: the text does not go on as expected. */
  protected fail(expected: string, token: Token = this.LA(1)): never {
    throw new SyntaxFailure(expected, token);
  }

  /** Gives up the entry being read, with this message. */
  protected giveUp(diagnostic: Diagnostic, token: Token): never {
    throw new SyntaxFailure("", token, diagnostic);
  }

  /** Passes over an entry that begins with a word of another language or of another place, with a message. */
  protected stray(place: string, expected: string): void {
    const token = this.LA(1);
    if (this.excuseForeignStatement()) return;
    if (this.excuseMisspelling(expected)) return;
    const continues = this.onSameLine() && !this.nextIs(t.LBrace, 0);
    throw new SyntaxFailure(continues ? "an operator or a new line" : expected, token, misplaced(token, place, this.at.source));
  }

  /** `optimise net with ...`: read as the word that was meant, with a message. */
  protected excuseMisspelling(expected: string): boolean {
    const token = this.LA(1);
    const next = this.LA(2);
    const follows = this.nextIs(t.AnyName, 2) || this.nextIs(t.LBrace, 2);
    if (token.tokenType !== t.Name || token.image.length < 3 || !follows || next.startLine !== token.endLine) return false;
    const meant = nearest(token.image, entryWords.keys());
    if (meant === undefined) return false;
    const labels = [{ span: this.spanOf(token), text: `did you mean \`${meant}\`?` }];
    this.report(diagnose("JM0001", { expected, found: foundWords(token) }, labels));
    retype(token, entryWords.get(meant)!);
    return true;
  }

  /** `return x`, `const x = 1`: read as what was meant, with a message. */
  protected excuseForeignStatement(): boolean {
    const token = this.LA(1);
    const known = foreignStatement(token, this.LA(2));
    if (!known) return false;
    const diagnostic = diagnose("JM0020", { word: token.image }, [{ span: this.spanOf(token), text: "" }], { help: [known.help] });
    if (!known.read) throw new SyntaxFailure("", token, diagnostic);
    this.report(diagnostic);
    if (known.read === "skip") this.SKIP_TOKEN();
    else retype(token, known.read);
    return true;
  }

  /**
   * Reads the entries of a block, a body or a file up to its end, whatever stands there. `loop` repeats the grammar's
   * rule for an entry; what begins none is passed to `stray`, which reports it.
   */
  protected entries(loop: (entry: (read: () => void) => void) => void, stray: () => void): void {
    if (this.RECORDING_PHASE) {
      loop((read) => read());
      return;
    }
    for (;;) {
      loop((read) => this.#recovering(read));
      if (this.#skipSemicolons()) continue;
      if (this.nextIs(EOF) || this.nextIs(t.RBrace)) return;
      this.#recovering(stray);
    }
  }

  /** Reads an expression; one that cannot be read is reported, skipped and becomes a hole. */
  protected orHole(read: () => Expr): Expr {
    if (this.RECORDING_PHASE) return read();
    const first = this.LA(1);
    try {
      return read();
    } catch (error) {
      if (!isRecognitionException(error as Error)) throw error;
      this.#report(error as IRecognitionException);
      this.#skip(this.#entries.at(-1) ?? first);
      return { kind: "hole", span: this.spanOf(first) };
    }
  }

  #recovering(read: () => void): void {
    const first = this.LA(1);
    this.#entries.push(first);
    try {
      read();
    } catch (error) {
      if (!isRecognitionException(error as Error)) throw error;
      this.#report(error as IRecognitionException);
      if (this.LA(1) === first) this.SKIP_TOKEN();
      this.#skip(first);
      const lost = this.at.tokens.slice(placeOf(first).index, placeOf(this.LA(1)).index);
      for (const token of declaredNames(lost)) this.broken.push({ name: token.image, span: this.spanOf(token) });
    } finally {
      this.#entries.pop();
    }
  }

  #report(error: IRecognitionException): void {
    if (error instanceof SyntaxFailure && error.diagnostic) return this.report(error.diagnostic);
    const previous = this.at.tokens[placeOf(error.token).index - 1] ?? error.token;
    this.report(unexpected(error, previous, this.at.source));
  }

  /** Skips to where the next entry beside `first` seems to begin, or to the end of the block. */
  #skip(first: Token): void {
    const { depth } = placeOf(first);
    for (let next = this.LA(1); next.tokenType !== EOF && placeOf(next).depth >= depth; next = this.SKIP_TOKEN()) {
      if (beginsEntry(next, this.LA(0), first)) return;
    }
  }

  #skipSemicolons(): boolean {
    const any = this.nextIs(t.Semicolon);
    while (this.nextIs(t.Semicolon)) {
      this.report(diagnose("JM0009", {}, [{ span: this.spanOf(this.LA(1)), text: "leave it out" }]));
      this.SKIP_TOKEN();
    }
    return any;
  }
}
