import { describe, expect, it } from "vitest";
import type { Gpu } from "../../../runtime/gpu/index.ts";
import { BufferUsage, MapMode } from "../../../runtime/gpu/dawn.ts";
import { HalfWire } from "../../../runtime/parallel/step/half-wire.ts";
import { testGpu } from "../../support/session.ts";
import { gradients, packed, unpacked } from "./half.ts";

const STORAGE = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;

function bufferWith({ device }: Gpu, usage: number, bytes: Uint8Array): GPUBuffer {
  const buffer = device.createBuffer({ size: bytes.length, usage, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(bytes);
  buffer.unmap();
  return buffer;
}

async function contentOf(gpu: Gpu, buffer: GPUBuffer): Promise<Uint8Array> {
  const staging = gpu.device.createBuffer({ size: buffer.size, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  gpu.device.queue.submit([encoder.finish()]);
  await gpu.wait(staging.mapAsync(MapMode.READ));
  return new Uint8Array(staging.getMappedRange().slice(0));
}

const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe("gradients in half precision", () => {
  /** Three ranges of two buffers, with blocks before and between them that do not travel; 3 blocks more than a workgroup's. */
  const RANGES = [{ buffer: 1, offset: 512, bytes: 7 * 256 }, { buffer: 0, offset: 0, bytes: 9 * 256 }, { buffer: 1, offset: 10 * 256, bytes: 3 * 256 }];
  const all = [gradients(9, 1), gradients(14, 2)];
  all[1]![2 * 64 + 3] = Infinity;
  all[1]![12 * 64 + 60] = NaN;
  const travelling = Float32Array.from(RANGES.flatMap(({ buffer, offset, bytes }) => [...all[buffer]!.subarray(offset / 4, (offset + bytes) / 4)]));
  /** Of blocks that hold an infinity or NaN, only the power says anything. */
  const isFinite = (bytes: Uint8Array, block: number): boolean => new DataView(bytes.buffer).getUint32(block * 132, true) !== 0x7fc00000;

  it("leave the device as the processor would pack them, and come back as it would unpack them", async () => {
    const gpu = await testGpu();
    const buffers = all.map((values) => bufferWith(gpu, STORAGE, bytesOf(values)));
    const wire = new HalfWire({ gpu, bufferAt: (index) => buffers[index]! }, 19 * 256);
    const out = gpu.device.createBuffer({ size: 19 * 132, usage: BufferUsage.COPY_SRC | BufferUsage.COPY_DST });
    const encoder = gpu.device.createCommandEncoder();
    wire.encodeOut(encoder, RANGES, out);
    gpu.device.queue.submit([encoder.finish()]);
    const [found, wanted] = [await contentOf(gpu, out), packed(travelling)];
    for (let block = 0; block < 19; block++) {
      const finite = isFinite(wanted, block);
      expect(finite, `block ${block}`).toBe(block !== 0 && block !== 18);
      expect(Buffer.compare(found.subarray(132 * block, 132 * block + (finite ? 132 : 4)), wanted.subarray(132 * block, 132 * block + (finite ? 132 : 4))), `block ${block}`).toBe(0);
    }

    const sums = packed(travelling.map((value) => -2 * value));
    const back = gpu.device.createCommandEncoder();
    wire.encodeBack(back, bufferWith(gpu, BufferUsage.COPY_SRC, sums), RANGES);
    gpu.device.queue.submit([back.finish()]);
    const values = unpacked(sums);
    const expected = all.map((before) => before.slice());
    let at = 0;
    for (const { buffer, offset, bytes } of RANGES) {
      expected[buffer]!.set(values.subarray(at, at + bytes / 4), offset / 4);
      at += bytes / 4;
    }
    for (const [i, buffer] of buffers.entries()) {
      const result = new Float32Array((await contentOf(gpu, buffer)).buffer);
      expect(result).toEqual(expected[i]);
    }
    wire.destroy();
    buffers.forEach((buffer) => buffer.destroy());
  });
});
