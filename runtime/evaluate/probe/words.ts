/** Numbers for the words of captions; 0 is padding. */
export interface Vocabulary {
  readonly size: number;
  numbers(caption: string): number[];
}

/** A caption in lower case without accents, cut at spaces and around punctuation: BERT's basic tokenizer, uncased. */
export function basicWords(caption: string): string[] {
  const plain = caption.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
  return plain.match(/[\p{P}\p{S}]|[^\s\p{P}\p{S}]+/gu) ?? [];
}

/** The words of these captions; any other word is one and the same unknown. */
export function vocabularyOf(captions: Iterable<string>): Vocabulary {
  const numbers = new Map<string, number>();
  for (const caption of captions) for (const word of basicWords(caption)) if (!numbers.has(word)) numbers.set(word, numbers.size + 2);
  // A caption of no word is one unknown: something must be left to average over.
  return { size: numbers.size + 2, numbers: (caption) => (basicWords(caption).length === 0 ? [1] : basicWords(caption).map((word) => numbers.get(word) ?? 1)) };
}

/**
 * A WordPiece vocabulary, one piece a line, as BERT's `vocab.txt` (Devlin et al., 2019; Schuster & Nakajima, 2012): the
 * longest pieces from the left, those inside a word marked by ##, between [CLS] and [SEP]. Undefined where the text is none.
 */
export function wordPieces(vocabulary: string): Vocabulary | undefined {
  const pieces = new Map(vocabulary.split(/\r?\n/).filter((piece) => piece !== "").map((piece, i) => [piece, i] as const));
  const [unknown, begin, end] = ["[UNK]", "[CLS]", "[SEP]"].map((piece) => pieces.get(piece));
  if (unknown === undefined || begin === undefined || end === undefined || pieces.get("[PAD]") !== 0) return undefined;
  const cut = (word: string): number[] => {
    const found: number[] = [];
    for (let from = 0; from < word.length; ) {
      let to = word.length;
      const at = (): number | undefined => pieces.get((from > 0 ? "##" : "") + word.slice(from, to));
      while (to > from && at() === undefined) to--;
      if (to === from) return [unknown];
      found.push(at()!);
      from = to;
    }
    return found;
  };
  return { size: pieces.size, numbers: (caption) => [begin, ...basicWords(caption).flatMap(cut), end] };
}
