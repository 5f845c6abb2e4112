/** Text as it may stand in HTML and SVG, in content and in quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export const fixed = (value: number): string => String(Number(value.toFixed(2)));
