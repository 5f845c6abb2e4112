import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { KernelLibrary } from "../../../compiler/schedule/library.ts";
import { lowered, texts } from "../schedule/lowered.ts";
import { Net } from "../schedule/nets.ts";

const N = Poly.atom("N");
const sizes = [{ name: "N", min: 1, max: 9 }];

describe("kernel texts", () => {
  it("of arithmetic know no shape", () => {
    const library = new KernelLibrary();
    for (const shape of [[4, 8], [2, 3, 4], [N, 16]]) {
      const g = new GraphBuilder(sizes);
      const [a, b] = [g.input("a", "f32", shape), g.input("b", "f32", shape)];
      lowered(g.graph("f", [{ name: "y", node: g.add(g.mul(a, b), g.fill(0.5, a)) }]), { library });
    }
    expect(texts(library)).toHaveLength(1);
    expect(texts(library)[0]).toMatchInlineSnapshot(`
      "struct Params {
        p0: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<vec4<f32>>;
      @group(0) @binding(2) var<storage, read_write> b1: array<vec4<f32>>;
      @group(0) @binding(3) var<storage, read_write> b2: array<vec4<f32>>;
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let i = (group.x + group.y * groups.x) * 64u + lane;
        if (i >= p.p0) {
          return;
        }
        let w0 = b0[i];
        let w1 = b1[i];
        let v2 = w0.x * w1.x;
        let v3 = v2 + 0.5;
        let v4 = w0.y * w1.y;
        let v5 = v4 + 0.5;
        let v6 = w0.z * w1.z;
        let v7 = v6 + 0.5;
        let v8 = w0.w * w1.w;
        let v9 = v8 + 0.5;
        b2[i] = vec4<f32>(v3, v5, v7, v9);
      }
      "
    `);
  });

  it("of a transpose read where the elements lie", () => {
    const g = new GraphBuilder(sizes);
    const y = g.transpose(g.input("x", "f32", [3, N, 5]), [2, 0, 1]);
    expect(texts(lowered(g.graph("f", [{ name: "y", node: y }])).library)).toMatchInlineSnapshot(`
      [
        "struct Params {
        p0: u32,
        p1: u32,
        p2: u32,
        p3: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<f32>;
      @group(0) @binding(2) var<storage, read_write> b1: array<f32>;
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let i = (group.x + group.y * groups.x) * 64u + lane;
        if (i >= p.p0) {
          return;
        }
        let i0 = i % p.p1;
        let i1 = i / p.p2;
        let i2 = i / p.p1;
        let i3 = i2 % 3u;
        let i4 = i0 * 5u + i1 + i3 * p.p3;
        let v5 = b0[i4];
        b1[i] = v5;
      }
      ",
      ]
    `);
  });

  it("of a gather within a pad branch before they read", () => {
    const g = new GraphBuilder(sizes);
    const picked = g.gather(g.input("x", "f32", [7, 4]), g.input("at", "i32", [5]), 0);
    const y = g.pad(picked, [1, 0], [8, 4], 0);
    expect(texts(lowered(g.graph("f", [{ name: "y", node: y }])).library)).toMatchInlineSnapshot(`
      [
        "struct Params {
        p0: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<vec4<f32>>;
      @group(0) @binding(2) var<storage, read_write> b1: array<i32>;
      @group(0) @binding(3) var<storage, read_write> b2: array<vec4<f32>>;
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let i = (group.x + group.y * groups.x) * 64u + lane;
        if (i >= p.p0) {
          return;
        }
        var v0: f32;
        if ((0u < i) && (i < 6u)) {
          let i1 = i - 1u;
          let v2 = b1[i1];
          let w3 = b0[u32(v2)];
          v0 = w3.x;
        }
        else {
          v0 = 0.0;
        }
        var v4: f32;
        if ((0u < i) && (i < 6u)) {
          let i5 = i - 1u;
          let v6 = b1[i5];
          let w7 = b0[u32(v6)];
          v4 = w7.y;
        }
        else {
          v4 = 0.0;
        }
        var v8: f32;
        if ((0u < i) && (i < 6u)) {
          let i9 = i - 1u;
          let v10 = b1[i9];
          let w11 = b0[u32(v10)];
          v8 = w11.z;
        }
        else {
          v8 = 0.0;
        }
        var v12: f32;
        if ((0u < i) && (i < 6u)) {
          let i13 = i - 1u;
          let v14 = b1[i13];
          let w15 = b0[u32(v14)];
          v12 = w15.w;
        }
        else {
          v12 = 0.0;
        }
        b2[i] = vec4<f32>(v0, v4, v8, v12);
      }
      ",
      ]
    `);
  });

  it("of uniform numbers take their key as a parameter", () => {
    const library = new KernelLibrary();
    for (const site of [1, 2]) {
      const g = new GraphBuilder(sizes);
      lowered(g.graph("f", [{ name: "y", node: g.uniform([N, 6], site) }]), { library });
    }
    expect(texts(library)).toMatchInlineSnapshot(`
      [
        "struct Params {
        p0: u32,
        p1: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<f32>;
      fn mix32(a: u32) -> u32 {
        var x = (a ^ (a >> 16u)) * 0x7feb352du;
        x = (x ^ (x >> 15u)) * 0x846ca68bu;
        return x ^ (x >> 16u);
      }
      fn uniform_at(key: u32, index: u32) -> f32 {
        return f32(mix32(mix32(index + 0x9e3779b9u) ^ key) >> 8u) * 0x1p-24f;
      }
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let i = (group.x + group.y * groups.x) * 64u + lane;
        if (i >= p.p0) {
          return;
        }
        let v0 = uniform_at(p.p1, i);
        b0[i] = v0;
      }
      ",
      ]
    `);
  });

  it("of a softmax pass three times over a row", () => {
    const net = new Net(new GraphBuilder(sizes));
    const { library } = lowered(net.g.graph("f", [{ name: "y", node: net.softmax(net.g.input("x", "f32", [6, 32])) }]));
    expect(library.kernels[0]!.variants.map((v) => v.requires)).toEqual([["subgroups"], []]);
    expect(library.kernels[0]!.variants[0]!.text).toMatchInlineSnapshot(`
      "enable subgroups;
      override WG: u32 = 64u;
      struct Params {
        p0: u32,
        p1: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<vec4<f32>>;
      @group(0) @binding(2) var<storage, read_write> b1: array<vec4<f32>>;
      var<workgroup> partial_f32: array<f32, WG>;
      fn all_amax_f32(value: f32, lane: u32, lanes: u32) -> f32 {
        let own = subgroupMax(value);
        if (WG <= lanes) {
          return own;
        }
        workgroupBarrier();
        if (lane % lanes == 0u) {
          partial_f32[lane / lanes] = own;
        }
        workgroupBarrier();
        var all = partial_f32[0];
        for (var other = 1u; other < (WG + lanes - 1u) / lanes; other++) {
          all = max(all, partial_f32[other]);
        }
        return all;
      }
      fn all_sum_f32(value: f32, lane: u32, lanes: u32) -> f32 {
        let own = subgroupAdd(value);
        if (WG <= lanes) {
          return own;
        }
        workgroupBarrier();
        if (lane % lanes == 0u) {
          partial_f32[lane / lanes] = own;
        }
        workgroupBarrier();
        var all = partial_f32[0];
        for (var other = 1u; other < (WG + lanes - 1u) / lanes; other++) {
          all = (all + partial_f32[other]);
        }
        return all;
      }
      @compute @workgroup_size(WG)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) lanes: u32) {
        let row = group.x + group.y * groups.x;
        if (row >= p.p0) {
          return;
        }
        var t0 = f32(-3.4028234663852886e38);
        for (var k = lane; k < p.p1; k += WG) {
          let i1 = row * 8u + k;
          let w2 = b0[i1];
          t0 = max(t0, w2.x);
          t0 = max(t0, w2.y);
          t0 = max(t0, w2.z);
          t0 = max(t0, w2.w);
        }
        let r3 = all_amax_f32(t0, lane, lanes);
        var t4 = 0.0;
        let v7 = r3;
        for (var k = lane; k < p.p1; k += WG) {
          let i5 = row * 8u + k;
          let w6 = b0[i5];
          let v8 = w6.x - v7;
          let v9 = exp(v8);
          t4 = t4 + v9;
          let v10 = w6.y - v7;
          let v11 = exp(v10);
          t4 = t4 + v11;
          let v12 = w6.z - v7;
          let v13 = exp(v12);
          t4 = t4 + v13;
          let v14 = w6.w - v7;
          let v15 = exp(v14);
          t4 = t4 + v15;
        }
        let r16 = all_sum_f32(t4, lane, lanes);
        for (var k = lane; k < p.p1; k += WG) {
          let i17 = row * 8u + k;
          let w18 = b0[i17];
          let v19 = w18.x - v7;
          let v20 = exp(v19);
          let v21 = v20 / r16;
          let v22 = w18.y - v7;
          let v23 = exp(v22);
          let v24 = v23 / r16;
          let v25 = w18.z - v7;
          let v26 = exp(v25);
          let v27 = v26 / r16;
          let v28 = w18.w - v7;
          let v29 = exp(v28);
          let v30 = v29 / r16;
          b1[i17] = vec4<f32>(v21, v24, v27, v30);
        }
      }
      "
    `);
  });

  it("of a sum over a batch loop in one lane for each four columns", () => {
    const g = new GraphBuilder(sizes);
    const y = g.sum(g.input("x", "f32", [N, 24]), [0]);
    expect(texts(lowered(g.graph("f", [{ name: "y", node: y }])).library)).toMatchInlineSnapshot(`
      [
        "struct Params {
        p0: u32,
        p1: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<vec4<f32>>;
      @group(0) @binding(2) var<storage, read_write> b1: array<vec4<f32>>;
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let i = (group.x + group.y * groups.x) * 64u + lane;
        if (i >= p.p0) {
          return;
        }
        var t0 = 0.0;
        var t1 = 0.0;
        var t2 = 0.0;
        var t3 = 0.0;
        for (var k = 0u; k < p.p1; k++) {
          let i4 = i + k * 6u;
          let w5 = b0[i4];
          t0 = t0 + w5.x;
          t1 = t1 + w5.y;
          t2 = t2 + w5.z;
          t3 = t3 + w5.w;
        }
        let r6 = t0;
        let r7 = t1;
        let r8 = t2;
        let r9 = t3;
        b1[i] = vec4<f32>(r6, r7, r8, r9);
      }
      ",
      ]
    `);
  });

  it("of products are shared by all shapes, layouts of memory apart", () => {
    const library = new KernelLibrary();
    for (const [m, k, n] of [[64, 32, 96], [40, 48, 52], [N, 16, 128]] as const) {
      const net = new Net(new GraphBuilder(sizes));
      const y = net.linear(net.g.input("x", "f32", [2, m, k]), n, "a");
      lowered(net.g.graph("f", [{ name: "y", node: y }]), { library });
    }
    const names = library.kernels.map((kernel) => kernel.variants.map((v) => v.adapter ?? "any"));
    expect(names).toEqual([["software", "hardware", "any"]]);
    expect(texts(library)[0]).toMatchInlineSnapshot(`
      "struct Params {
        p0: u32,
        p1: u32,
        p2: u32,
        p3: u32,
        p4: u32,
        p5: u32,
        p6: u32,
        p7: u32,
        p8: u32,
      }
      @group(0) @binding(0) var<uniform> p: Params;
      @group(0) @binding(1) var<storage, read_write> b0: array<f32>;
      @group(0) @binding(2) var<storage, read_write> b1: array<f32>;
      @group(0) @binding(3) var<storage, read_write> b2: array<f32>;
      @group(0) @binding(4) var<storage, read_write> b3: array<f32>;
      fn finish(z: u32, m: u32, n: u32, value: f32) {
        let v0 = b2[n];
        let v1 = value + v0;
        let i2 = m * p.p6 + n;
        b3[i2] = v1;
      }
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
        let item = (group.x + group.y * groups.x) * 64u + lane;
        if (item >= p.p0 * p.p1 * p.p3) {
          return;
        }
        let column = item % p.p1;
        let row = item / p.p1 % p.p0;
        let z = item / (p.p1 * p.p0);
        let a_base = 0u;
        let b_base = 0u;
        var total = 0.0;
        for (var k = 0u; k < p.p2; k++) {
          total = fma(b0[a_base + row * p.p4 + k * 1u], b1[b_base + k * p.p5 + column * 1u], total);
        }
        finish(z, row, column, total);
      }
      "
    `);
  });

  it("of a product that gives a sum of its operand add little", () => {
    const written = (summed: boolean) => {
      const g = new GraphBuilder(sizes);
      const dy = g.input("dy", "f32", [N, 96]);
      const dw = { name: "dw", node: g.matmul(g.swapLast(dy), g.input("x", "f32", [N, 64])) };
      const { library } = lowered(g.graph("f", summed ? [dw, { name: "db", node: g.sum(dy, [0]) }] : [dw]));
      return library.kernels[0]!.variants;
    };
    const without = written(false);
    const added = written(true).map(({ backEnd, text }, i) => {
      const known = new Set(without[i]!.text.split("\n"));
      return [`${backEnd!}:`, ...text.split("\n").filter((line) => !known.has(line))].join("\n");
    });
    expect(added).toMatchInlineSnapshot(`
      [
        "sgx:
      @group(0) @binding(4) var<storage, read_write> b3: array<f32>;
      fn a_sum(z: u32, at: u32, value: f32) {
        b3[at] = value;
        var sum_left0 = 0.0;
        var sum_left1 = 0.0;
        var sum_left2 = 0.0;
          if (column_start == 0u) {
            sum_left0 += left0;
            sum_left1 += left1;
            sum_left2 += left2;
        if (column_start == 0u) {
          if (row_start + lane + 0u < p.p0) {
            a_sum(z, row_start + lane + 0u, sum_left0);
          if (row_start + lane + 8u < p.p0) {
            a_sum(z, row_start + lane + 8u, sum_left1);
          if (row_start + lane + 16u < p.p0) {
            a_sum(z, row_start + lane + 16u, sum_left2);",
        "tile:
      @group(0) @binding(4) var<storage, read_write> b3: array<f32>;
      fn a_sum(z: u32, at: u32, value: f32) {
        b3[at] = value;
        var passed = vec4f();
            if (column_start == 0u) {
              passed += next[0] + next[1] + next[2] + next[3];
            }
        if (column_start == 0u) {
            a_slice[a_place(lane)] = passed;
          if (lane < 8u) {
            let sum = a_slice[lane + 0u] + a_slice[lane + 32u] + a_slice[lane + 64u] + a_slice[lane + 96u];
            for (var part = 0u; part < 4u; part++) {
              let at = row_start + lane * 4u + part;
              if (at < p.p0) {
                a_sum(z, at, sum[part]);
              }
            }",
        "plain:
      @group(0) @binding(4) var<storage, read_write> b3: array<f32>;
      fn a_sum(z: u32, at: u32, value: f32) {
        b3[at] = value;
        if (column == 0u) {
          var sum = 0.0;
          for (var k = 0u; k < p.p2; k++) {
            sum += b0[a_base + row * 1u + k * p.p4];
          }
          a_sum(z, row, sum);",
      ]
    `);
  });

  it("stay short", () => {
    const net = new Net(new GraphBuilder(sizes));
    const x = net.g.input("x", "f32", [2, 16, 48]);
    const { library } = lowered(net.training("f", net.block(net.linear(x, 48, "in"), 3, "b")));
    const longest = Math.max(...library.kernels.flatMap((kernel) => kernel.variants.map((v) => v.text.length)));
    expect(longest).toBeLessThan(20_000);
  });
});
