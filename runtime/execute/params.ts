import { UserError } from "../errors.ts";
import { BufferUsage } from "../gpu/dawn.ts";
import { evaluateHost, type HostEnv, type HostExpr } from "../plan/host-expr.ts";
import type { ParamPlan } from "../plan/schema.ts";

/** Blocks start where every adapter lets a uniform binding start. */
const BLOCK_ALIGNMENT = 256;

interface Field {
  readonly index: number;
  /** For messages: `programs.step.params[2][0]`. */
  readonly path: string;
  readonly type: ParamPlan["type"];
  readonly value: HostExpr;
}

/** The parameter blocks of a program in one uniform buffer. Fields that never change are filled in once. */
export class ParamBlocks {
  readonly bytes: number;
  private readonly buffer: GPUBuffer | undefined;
  private readonly ranges: { readonly offset: number; readonly size: number }[] = [];
  private readonly words: Uint32Array<ArrayBuffer>;
  private readonly floats: Float32Array;
  private readonly changing: Field[] = [];

  constructor(device: GPUDevice, program: string, blocks: readonly (readonly ParamPlan[])[]) {
    let offset = 0;
    const fields: Field[] = [];
    blocks.forEach((block, b) => {
      const size = 16 * Math.max(1, Math.ceil(block.length / 4));
      this.ranges.push({ offset, size });
      block.forEach(({ type, value }, i) => fields.push({ index: offset / 4 + i, path: `programs.${program}.params[${b}][${i}]`, type, value }));
      offset += BLOCK_ALIGNMENT * Math.ceil(size / BLOCK_ALIGNMENT);
    });
    this.bytes = offset;
    this.words = new Uint32Array(offset / 4);
    this.floats = new Float32Array(this.words.buffer);
    for (const field of fields) {
      if (typeof field.value === "number") this.set(field, field.value);
      else this.changing.push(field);
    }
    if (offset > 0) this.buffer = device.createBuffer({ label: `parameters of ${program}`, size: offset, usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST });
  }

  /** What to bind for one block. */
  binding(block: number): GPUBufferBinding | undefined {
    const range = this.ranges[block];
    return this.buffer && range ? { buffer: this.buffer, ...range } : undefined;
  }

  /**
   * Fills the blocks for one run. Safe while earlier runs are in flight: the queue keeps writes and runs in order.
   * @throws UserError JR307 a value that its field's type cannot hold
   */
  write(queue: GPUQueue, env: HostEnv): void {
    for (const field of this.changing) this.set(field, evaluateHost(field.value, env));
    if (this.buffer) queue.writeBuffer(this.buffer, 0, this.words);
  }

  destroy(): void {
    this.buffer?.destroy();
  }

  private set({ index, path, type }: Field, value: number): void {
    // u32 arithmetic wraps around, so a negative term of an index is its two's complement.
    const max = type === "u32" ? 0xffff_ffff : 0x7fff_ffff;
    if (type === "f32") this.floats[index] = value;
    else if (Number.isInteger(value) && value >= -0x8000_0000 && value <= max) this.words[index] = value;
    else throw new UserError("JR307", `${path}: a parameter of type ${type} cannot hold ${value}`, "A schedule or a size of the model gives a value out of range at this step.");
  }
}
