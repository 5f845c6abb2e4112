import { expect, test } from "vitest";
import { roofline } from "../../bench/support/roofline.mjs";
import { linearProducts, productText } from "../../bench/support/product.mjs";
import { compileModel } from "../support/session.ts";

test.each(["nn", "nt", "tn"])("a product kept as %s is one dispatch of 2mkn operations", (form) => {
  const { plan } = compileModel("product.jm", {}, productText([4, 5, 6], form));
  const { dispatches, outputs } = plan.programs.product;
  expect(dispatches).toHaveLength(1);
  expect(outputs[0].shape).toEqual([4, 6]);
  expect(dispatches[0].cost).toMatchObject({ flops: 2 * 4 * 5 * 6, bytes: 4 * (4 * 5 + 5 * 6 + 4 * 6) });
  expect(plan.tensors.map(({ name, shape }) => [name, shape])).toEqual([
    ["operands.a", form === "tn" ? [5, 4] : [4, 5]],
    ["operands.b", form === "nt" ? [6, 5] : [5, 6]],
  ]);
});

test("a linear layer has three products of the same work", () => {
  const products = linearProducts(7, 3, 5);
  expect(products.map(({ form }) => form)).toEqual(["nt", "nn", "tn"]);
  expect(products.map(({ size: [m, k, n] }) => m * k * n)).toEqual([105, 105, 105]);
});

test("the roofline takes each dispatch's arithmetic or its bytes, whichever is slower", () => {
  const dispatches = [{ cost: { flops: { size: "n" }, bytes: 1e6 } }, { cost: { flops: 1e6, bytes: 8e6 } }, {}];
  const env = { step: 0, seed: 0, sizes: { n: 6e6 } };
  // At 2 GFLOP/s and 4 GB/s: 3 ms for the first by its arithmetic, 2 ms for the second by its bytes.
  expect(roofline(dispatches, env, { gflops: 2, gigabytes: 4 })).toEqual({ flops: 7e6, bytes: 9e6, milliseconds: 5 });
});
