import { describe, expect, it } from "vitest";
import { Facts } from "../../../compiler/size/facts.ts";
import { Poly } from "../../../compiler/size/poly.ts";

const [D, heads, F, P, Q, N] = ["D", "heads", "F", "P", "Q", "N"].map((name) => Poly.atom(name)) as [Poly, Poly, Poly, Poly, Poly, Poly];
const n = (value: number) => Poly.constant(value);

describe("Facts", () => {
  it("knows nothing by itself", () => {
    expect(Facts.none.quotient(D, heads)).toBeUndefined();
    expect(Facts.none.remainder(D, heads)).toBeUndefined();
    expect(Facts.none.equal(D, heads)).toBe(false);
    expect(Facts.none.difference(D.add(n(3)), D)).toBe(3);
  });

  it("makes a division exact and prints it in the user's names", () => {
    const facts = Facts.none.assumeDivisible(D, heads);
    const K = facts.quotient(D, heads)!;
    expect(facts.show(K)).toBe("D / heads");
    expect(facts.equal(D.mul(n(3)), heads.mul(K).mul(n(3)))).toBe(true);
    expect(facts.show(heads.mul(K))).toBe("D");
    expect(facts.show(heads.mul(K).mul(n(3)).add(n(1)))).toBe("3*D + 1");
    expect(facts.quotient(D.mul(n(3)), heads.mul(n(3)))?.key).toBe(K.key);
    expect(facts.show(K.mul(N).mul(n(2)))).toBe("2*(D / heads)*N");
  });

  it("holds two divisibilities of one size at once", () => {
    const facts = Facts.none.assumeDivisible(D, heads).assumeDivisible(D, n(4));
    expect(facts.show(facts.quotient(D, heads)!)).toBe("D / heads");
    expect(facts.show(facts.quotient(D, n(4))!)).toBe("D / 4");
    expect(facts.show(facts.quotient(D, n(2))!)).toBe("D / 2");
    expect(facts.show(D)).toBe("D");
    expect(facts.remainder(D, n(2))).toBe(0);
    expect(facts.equal(facts.quotient(D, heads)!.mul(heads), D)).toBe(true);
  });

  it("replaces what an equation defines", () => {
    for (const facts of [Facts.none.assumeEqual(F, P.mul(Q)), Facts.none.assumeEqual(P.mul(Q), F)]) {
      expect(facts.equal(F, P.mul(Q))).toBe(true);
      expect(facts.quotient(F, P)?.key).toBe(Q.key);
      expect(facts.show(F)).toBe("F");
    }
    const sum = Facts.none.assumeEqual(P.mul(n(2)).add(Q), F.mul(n(3)));
    expect(sum.equal(Q, F.mul(n(3)).sub(P.mul(n(2))))).toBe(true);
  });

  it("divides sums term by term and tells what cannot divide", () => {
    const facts = Facts.none.assumeDivisible(D, n(2)).assumeDivisible(N, n(2));
    expect(facts.quotient(D.add(N), n(2))).toBeDefined();
    expect(facts.remainder(D.add(n(1)), n(2))).toBe(1);
    expect(facts.remainder(n(-7), n(2))).toBe(1);
    expect(facts.quotient(D, n(0))).toBeUndefined();
  });

  it("ends on equations that go in a circle", () => {
    const facts = Facts.none.assumeEqual(P, Q.add(n(1))).assumeEqual(Q, P.add(n(1)));
    expect(facts.show(P)).toBeTypeOf("string");
  });
});
