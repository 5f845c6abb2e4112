/** How wide text is in a terminal, where a tab, an accent or a CJK character is not one cell. */

const TAB = "    ";

export function expandTabs(text: string): string {
  return text.replaceAll("\t", TAB);
}

/** The number of terminal cells of a line. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of expandTabs(text)) cells += cellsOfCharacter(character.codePointAt(0)!);
  return cells;
}

function cellsOfCharacter(code: number): number {
  if (isZeroWidth(code)) return 0;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Combining marks, joiners and variation selectors. */
function isZeroWidth(code: number): boolean {
  return (code >= 0x300 && code <= 0x36f) || (code >= 0x200b && code <= 0x200f) || (code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff;
}

/** Ranges of code points that take two cells: Hangul, CJK, full-width forms, emoji (Unicode East Asian Width W and F, by block). */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xa000, 0xa4cf], [0xac00, 0xd7a3],
  [0xf900, 0xfaff], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1f300, 0x1f64f], [0x1f900, 0x1f9ff], [0x20000, 0x3fffd],
];
