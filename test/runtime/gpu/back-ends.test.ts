import { expect, test } from "vitest";
import { backEndsFromEnvironment } from "../../../runtime/gpu/back-ends.ts";

test.each([["tile, plain", ["tile", "plain"]], ["sgm", ["sgm"]], ["", []]])("JEPAC_BACK_ENDS=%j", (text, wanted) => {
  expect(backEndsFromEnvironment(text)).toEqual(wanted);
});

test("a name that is none is refused with those there are", () => {
  expect(() => backEndsFromEnvironment("tile,cuda")).toThrow("JEPAC_BACK_ENDS names 'cuda', which is no back end of matrix products");
});
