import type { HostExpr } from "./host-expr.ts";

/**
 * The plan: everything the runtime needs to run a compiled model, as JSON beside the WGSL and constant files.
 * It is the contract between the compiler (writes it) and the runtime (validates and runs it).
 */
export interface Plan {
  readonly format: "jepac-plan";
  readonly version: 1;
  readonly model: string;
  /** The values the model was built with, `--set` and presets applied. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
  /** A hash of everything that decides the meaning of a checkpoint (tensor names, shapes, state). */
  readonly fingerprint: string;
  /** Absent: f32. In "f16", every kernel may need the feature `shader-f16`. */
  readonly precision?: Precision;
  readonly target: Limits;
  readonly sizes: readonly RuntimeSize[];
  readonly buffers: readonly BufferPlan[];
  /** Weights, averaged weights and optimizer state: all that a checkpoint holds. */
  readonly tensors: readonly TensorPlan[];
  /** Folded tables, uploaded once: consecutive little-endian values in the file `constants.bin`. */
  readonly constants: readonly ConstantPlan[];
  readonly kernels: readonly KernelPlan[];
  readonly programs: Readonly<Record<string, ProgramPlan>>;
  /** Host scalars worth showing beside the loss (lr, decay, ...). */
  readonly displays: readonly { readonly name: string; readonly value: HostExpr }[];
  readonly stats: PlanStats;
}

/** Adapter limits the plan was made for. All in bytes or counts, as in WebGPU. */
export interface Limits {
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupStorageSize: number;
}

/** A size drawn for every step: `draw` gives it (already within min..max), else the caller of the program does. */
export interface RuntimeSize {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly draw: HostExpr | null;
}

export interface BufferPlan {
  readonly name: string;
  readonly bytes: number;
  readonly kind: "arena" | "weights" | "gradients" | "state" | "constants";
}

export type DType = "f32" | "i32" | "bool";
/** How activations are stored and multiplied; weights, optimizer state, sums and losses are f32 in both. */
export type Precision = "f32" | "f16";

/** A named tensor kept between steps; row-major at `offset` bytes of a buffer, 4 bytes an element. */
export interface TensorPlan {
  readonly name: string;
  readonly shape: readonly number[];
  readonly buffer: number;
  readonly offset: number;
  readonly role: "weight" | "average" | "state";
  /** For an average or a state: the weight it belongs to. */
  readonly of?: string;
  readonly net: string;
}

export interface ConstantPlan {
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
  readonly fileOffset: number;
}

/** A compute kernel: entry point `main`, bind group 0; binding 0 is the parameter block (if any), then storage. */
export interface KernelPlan {
  readonly name: string;
  /** The `.jm` line it came from, for profiles and messages: `models/x.jm:12`. */
  readonly source?: string;
  /** Storage bindings, in order; with a parameter block they start at binding 1, else at 0. */
  readonly bindings: number;
  readonly params: boolean;
  /** Tried in order; the first whose needs the adapter meets is used. The last one needs nothing. */
  readonly variants: readonly KernelVariant[];
}

/** A product of matrices in one instruction: rows and columns of the result, and the length of its sums. */
export interface MatrixShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Ways to compute a matrix product; docs/kernels.md says which is for what. */
export const BACK_ENDS = ["sgm", "tile", "sgx", "plain"] as const;
export type BackEnd = (typeof BACK_ENDS)[number];

export interface KernelVariant {
  readonly file: string;
  /** The back end of a matrix product. */
  readonly backEnd?: BackEnd;
  readonly requires: readonly ("subgroups" | "shader-f16" | "subgroup-matrix")[];
  /** Only where subgroups multiply f16 matrices of this shape into f32. */
  readonly matrix?: MatrixShape;
  /** Workgroup memory it takes, where that is more than the plan's target has. */
  readonly workgroupBytes?: number;
  /** Only for adapters of this class; absent: any. */
  readonly adapter?: "software" | "hardware";
  /** Only where every subgroup has exactly this size. */
  readonly subgroupSize?: number;
  /** When true, the WGSL has `override WG: u32` and the runtime chooses the workgroup size: lanes of one row. */
  readonly rowLanes?: boolean;
}

export interface ProgramPlan {
  readonly doc?: string;
  /** Runtime sizes this program depends on. */
  readonly sizes: readonly string[];
  readonly inputs: readonly PortPlan[];
  readonly outputs: readonly PortPlan[];
  /** Parameter blocks: each becomes one 256-byte aligned region of a uniform buffer, refilled every run. */
  readonly params: readonly (readonly ParamPlan[])[];
  readonly dispatches: readonly DispatchPlan[];
  /** Of the training step only: where it may be cut. */
  readonly phases?: PhasesPlan;
}

/** The two phases of a training step: loss and gradients, then the updates (optimizers, averages). */
export interface PhasesPlan {
  /**
   * Parts of its batch that a step computes one after the other, with dispatches 0 to `updateFrom`; then it updates once.
   * Each part adds its gradients, divided by `passes`, to what is in `gradients`, which is zero before the first; where
   * there is one pass, it writes them.
   */
  readonly passes: number;
  /** Clips of one pass; 0 where the model does not say. */
  readonly clips: number;
  /** The first dispatch of the updates: the first one that needs complete gradients. */
  readonly updateFrom: number;
  /**
   * All the updates read of gradients, in order of completion, so that those of several devices can be averaged while
   * the backward pass goes on. Zeros fill the gaps between tensors.
   */
  readonly gradients: readonly GradientRange[];
}

/** Bytes of a buffer that hold gradients, f32. `offset` and `bytes` are multiples of 256. */
export interface GradientRange {
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
  /** The last dispatch before `updateFrom` that touches them: then they are final. */
  readonly after: number;
}

/** A tensor that enters or leaves a program. `shape` may depend on runtime sizes; bytes are planned for the largest. */
export interface PortPlan {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly HostExpr[];
  readonly buffer: number;
  readonly offset: number;
  /** How training fills this input by itself: e.g. {kind: "audio", args: {rate: 32000}}. */
  readonly source?: { readonly kind: string; readonly args: Readonly<Record<string, number | string | boolean>> };
  /** Of a training step's input: the first axis is the clips of one pass. */
  readonly perClip?: boolean;
}

/** One 4-byte field of a parameter block. A negative value of a u32 is stored as its two's complement: index arithmetic wraps. */
export interface ParamPlan {
  readonly type: "u32" | "i32" | "f32";
  readonly value: HostExpr;
}

export interface DispatchPlan {
  readonly kernel: number;
  readonly bindings: readonly BindingPlan[];
  /** Index into the program's `params`, or -1. */
  readonly params: number;
  /** x, y, z workgroups for each variant of the kernel, in the variants' order. A zero skips the dispatch. */
  readonly workgroups: readonly (readonly [HostExpr, HostExpr, HostExpr])[];
  /** The `.jm` line this use of the kernel came from. */
  readonly source?: string;
  readonly cost?: DispatchCost;
  /** Of a dispatch over flat memory: what it is over less of it. */
  readonly flat?: FlatPlan;
}

/**
 * A dispatch that goes over stretches of flat memory element by element: those of its bindings that have `units` times
 * 256 bytes. With bindings to a part of each, the same part of all, it does to them what it did to them before.
 */
export interface FlatPlan {
  readonly units: number;
  /** As in the dispatch, and as in its parameter block, but with the number of units as the size `flat` (FLAT_SIZE). */
  readonly workgroups: DispatchPlan["workgroups"];
  readonly params: readonly ParamPlan[];
}

/** What a dispatch does in one run, for profiles. */
export interface DispatchCost {
  /** Multiply-adds counted as two. */
  readonly flops: HostExpr;
  /** Tensors read and written, each once: the least that any kernel would move. */
  readonly bytes: HostExpr;
  /** Of a matrix product, its largest sizes: `batch x m x n x k` without the spaces. What `jepac tune` keeps results by. */
  readonly shape?: string;
}

/** A range of a buffer, in bytes; `offset` is a multiple of 256, `size` of 4. */
export interface BindingPlan {
  readonly buffer: number;
  readonly offset: number;
  readonly size: number;
}

export interface PlanStats {
  readonly parameters: Readonly<Record<string, number>>;
  /** Multiply-adds counted as two, at the largest runtime sizes, for one training step. */
  readonly flops: number;
  /** Bytes the kernels of a training step read and write, at the largest runtime sizes. */
  readonly bytes: number;
  /** Sum of all buffers: what the device must hold. */
  readonly peakBytes: number;
}
