import { BufferUsage } from "../gpu/dawn.ts";

/** Buffers the host can read, kept for the next run that needs one as large. */
export class StagingPool {
  private readonly device: GPUDevice;
  private readonly free: GPUBuffer[] = [];
  private total = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Bytes of all buffers made so far. */
  get bytes(): number {
    return this.total;
  }

  take(bytes: number): GPUBuffer {
    const found = this.free.findIndex((buffer) => buffer.size >= bytes && buffer.size <= 2 * bytes);
    if (found >= 0) return this.free.splice(found, 1)[0]!;
    this.total += bytes;
    return this.device.createBuffer({ label: "staging", size: bytes, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  }

  /** Takes back an unmapped buffer. */
  give(buffer: GPUBuffer): void {
    this.free.push(buffer);
  }

  destroy(): void {
    for (const buffer of this.free.splice(0)) buffer.destroy();
  }
}
