import { describe, expect, it } from "vitest";
import { basicWords, vocabularyOf, wordPieces } from "../../../runtime/evaluate/probe/words.ts";

describe("captions", () => {
  it("are cut as BERT's basic tokenizer does, uncased", () => {
    expect(basicWords("A dog's Café: 3 barks,\tthen...silence")).toEqual(["a", "dog", "'", "s", "cafe", ":", "3", "barks", ",", "then", ".", ".", ".", "silence"]);
    expect(basicWords("  ")).toEqual([]);
  });

  it("have numbers by the words trained on; 0 is padding, 1 any other word", () => {
    const words = vocabularyOf(["rain falls", "Rain stops"]);
    expect(words.size).toBe(5);
    expect(words.numbers("rain falls, stops")).toEqual([2, 3, 1, 4]);
    expect(words.numbers("")).toEqual([1]);
  });

  it("are cut into the longest pieces of a vocabulary", () => {
    const pieces = wordPieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##affable", "a", "dog"].join("\n"))!;
    expect(pieces.size).toBe(10);
    expect(pieces.numbers("A dog, unaffable unaffordable")).toEqual([2, 8, 9, 1, 4, 7, 1, 3]);
  });

  it("need a vocabulary of BERT's kind", () => {
    expect(wordPieces("the\na\n")).toBeUndefined();
    expect(wordPieces("[UNK]\n[PAD]\n[CLS]\n[SEP]\n")).toBeUndefined();
  });
});
