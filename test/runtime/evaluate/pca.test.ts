import { expect, it } from "vitest";
import { principalPlane } from "../../../runtime/evaluate/pca.ts";

it("finds the plane that points lie in, and what each axis holds", () => {
  // An ellipse of half axes 3 and 1 in three dimensions, away from the origin.
  const rows = Array.from({ length: 200 }, (_, i) => {
    const [x, y] = [3 * Math.cos((Math.PI * i) / 100), Math.sin((Math.PI * i) / 100)];
    return [5 + (x + y) / Math.SQRT2, -2 + (x - y) / Math.SQRT2, 1];
  });
  const { points, shares } = principalPlane(Float32Array.from(rows.flat()), 3);
  expect(shares[0]).toBeCloseTo(0.9, 5);
  expect(shares[0] + shares[1]).toBeCloseTo(1, 6);
  for (const [x, y] of points) expect((x / 3) ** 2 + y ** 2).toBeCloseTo(1, 5);
});

it("has no second axis where there is one line, and none where all is the same", () => {
  const line = principalPlane(Float32Array.of(0, 0, 1, 2, 2, 4), 2);
  expect(line.shares[0]).toBeCloseTo(1, 9);
  expect(line.shares[1]).toBe(0);
  expect(principalPlane(new Float32Array(6).fill(3), 2).shares).toEqual([0, 0]);
});
