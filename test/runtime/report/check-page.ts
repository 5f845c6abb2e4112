import { expect } from "vitest";

/** Every tag closed in order, and no reference to anything outside the page. */
export function checkPage(html: string): void {
  const open: string[] = [];
  for (const [, closing, name, attributes] of html.matchAll(/<(\/?)([a-zA-Z0-9]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (["meta", "br", "!doctype"].includes(name!) || attributes!.endsWith("/")) continue;
    if (closing) expect(open.pop()).toBe(name);
    else open.push(name!);
  }
  expect(open).toEqual([]);
  expect(html).not.toMatch(/(src|href)="(?!data:)|url\(|@import|<script/);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
}
