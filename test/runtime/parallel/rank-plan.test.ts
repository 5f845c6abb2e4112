import { describe, expect, it } from "vitest";
import { evaluateHost, type DispatchPlan, type Plan } from "../../../runtime/plan/index.ts";
import { parsePlan } from "../../../runtime/plan/parse.ts";
import { planOfRank } from "../../../runtime/parallel/shard/rank-plan.ts";
import { bucketsOf } from "../../../runtime/parallel/step/buckets.ts";
import { compileSmall, smallText } from "../../e2e/small.ts";
import { compileModel } from "../../support/session.ts";

const compiled = compileSmall({ microBatch: 1 }).plan;
const buckets = bucketsOf(compiled.programs["step"]!.phases!.gradients, 4096);
const updatesOf = ({ programs }: Plan): readonly DispatchPlan[] => programs["step"]!.dispatches.slice(programs["step"]!.phases!.updateFrom);
const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

describe.each([2, 3, 7])("the plans of %i ranks", (world) => {
  const ranks = Array.from({ length: world }, (_, rank) => planOfRank(compiled, buckets, rank, world));

  it("are plans", () => {
    for (const { plan } of ranks) expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it("update every weight once, by its own gradient and state", () => {
    const moved = new Map<string, number>();
    for (const { plan, families } of ranks) {
      for (const { bindings, params, workgroups } of updatesOf(plan)) {
        const family = families.find(({ gradients }) => bindings.some(({ buffer }) => buffer === gradients))!;
        const { offset, size } = bindings.find(({ buffer }) => buffer === family.gradients)!;
        for (const binding of bindings) {
          expect(binding.size).toBe(size);
          if (family.weights.includes(binding.buffer)) expect(binding.offset).toBe(offset);
        }
        // The first parameter is how many vectors of four there are; 64 of them a workgroup.
        expect(evaluateHost(plan.programs["step"]!.params[params]![0]!.value, { seed: 0, step: 0, sizes: {} })).toBe(size / 16);
        expect(evaluateHost(workgroups[0]![0], { seed: 0, step: 0, sizes: {} })).toBe(Math.ceil(size / 16 / 64));
        for (let at = offset; at < offset + size; at += 256) moved.set(`${family.gradients} ${at}`, (moved.get(`${family.gradients} ${at}`) ?? 0) + 1);
      }
    }
    const blocks = compiled.buffers.flatMap(({ name, bytes }, i) => (/^gradients\.[a-z]+$/.test(name) ? Array.from({ length: bytes / 256 }, (_, block) => `${i} ${256 * block}`) : []));
    expect([...moved.keys()].sort()).toEqual(blocks.sort());
    expect([...moved.values()].every((times) => times === 1)).toBe(true);
  });

  it("hold every element of optimizer state once, about as much each", () => {
    for (const { states } of ranks) expect(states).toEqual(ranks[0]!.states);
    for (const { name, elements, held } of ranks[0]!.states) {
      expect(elements).toBe(countOf(compiled.tensors.find((tensor) => tensor.name === name)!.shape));
      const parts = held.flat().sort((a, b) => a[0] - b[0]);
      expect(parts.reduce((end, [from, to]) => (expect(from).toBe(end), to), 0), name).toBe(elements);
      ranks.forEach(({ plan }, rank) => {
        const own = plan.tensors.find((tensor) => tensor.name === name);
        expect(own === undefined ? 0 : countOf(own.shape)).toBe(held[rank]!.reduce((sum, [from, to]) => sum + to - from, 0));
      });
    }
    for (const { saved, plan } of ranks) expect(plan.stats.peakBytes).toBe(compiled.stats.peakBytes - saved);
  });
});

describe("what a dispatch says of less flat memory", () => {
  it.each([
    [{ params: [] }, /flat\.params': expected the 5 parameters of the dispatch, found 0$/],
    [{ workgroups: [] }, /flat\.workgroups': expected 1 entries, as the dispatch has, found 0$/],
    [{ workgroups: [[{ size: "q" }, 1, 1]] }, /flat\.workgroups\[0\]\[0\]': expected the name of a runtime size, found q$/],
  ])("is checked: %j", (change, message) => {
    const json = JSON.parse(JSON.stringify(compiled)) as Plan;
    Object.assign(updatesOf(json)[0]!.flat!, change);
    expect(() => parsePlan(json)).toThrow(expect.objectContaining({ code: "JR203", message: expect.stringMatching(message) as string }) as Error);
  });
});

describe("what cannot be divided", () => {
  const rankOf = (plan: Plan) => planOfRank(plan, bucketsOf(plan.programs["step"]!.phases!.gradients, 4096), 1, 2);

  it("stays whole: state that does not start at 0, whose gradients are then summed on every rank", () => {
    const text = `${smallText}\noptimizer Started(lr: real) {\n  state m = 1.0\n  update w by g {\n    m = 0.9 * m + g\n    w = w - lr * m\n  }\n}\n`
      .replace("optimize embedding, encoder, predictor with AdamW", "optimize predictor with Started(lr: 1e-3)\n  optimize embedding, encoder with AdamW");
    const { plan } = compileModel("test/e2e/small-jepa.jm", { microBatch: 1 }, text);
    const { plan: own, saved, wholeGradients } = rankOf(plan);
    const sizes = (of: Plan, name: string): number | undefined => of.buffers.find((buffer) => buffer.name === name)?.bytes;
    expect(sizes(own, "state.m.predictor")).toBe(sizes(plan, "state.m.predictor"));
    expect(sizes(own, "state.m.embedding")).toBeLessThan(0.6 * sizes(plan, "state.m.embedding")!);
    expect(saved).toBeGreaterThan(0);
    expect(wholeGradients).toBe(true);
  });

  it("is all of a build that does not say how its updates are cut, and the look for overflows of half precision", () => {
    const { dispatches } = compiled.programs["step"]!;
    const older: Plan = { ...compiled, programs: { ...compiled.programs, step: { ...compiled.programs["step"]!, dispatches: dispatches.map(({ flat: _, ...rest }) => rest) } } };
    expect(rankOf(older)).toMatchObject({ plan: { buffers: older.buffers }, saved: 0, wholeGradients: true });
    expect(rankOf(compiled).wholeGradients).toBe(false);
    expect(rankOf(compileSmall({ microBatch: 1, precision: "f16" }).plan).wholeGradients).toBe(true);
  });
});
