/**
 * How Audio-JEPA's authors and their tools name the tensors that jepac names as the paper-era state dict does
 * (reference 5.1). Applied in order, each wherever it occurs; the first two are wrappers that add to names, the others
 * are two spellings of the same tensor.
 */
export const RENAMES: readonly { readonly theirs: RegExp; readonly ours: string; readonly why: string }[] = [
  { theirs: /(?<=^|\.)_orig_mod\./g, ours: "", why: "torch.compile" },
  { theirs: /(?<=^|\.)module\./g, ours: "", why: "DistributedDataParallel, as in I-JEPA's files" },
  { theirs: /\.attn\.Wqkv\./g, ours: ".attn.qkv.", why: "flash-attn's module, in the authors' code of today" },
  { theirs: /\.attn\.out_proj\./g, ours: ".attn.proj.", why: "flash-attn's module, in the authors' code of today" },
];

/** jepac's name of one of their tensors. */
export function ourName(theirs: string): string {
  return RENAMES.reduce((name, rename) => name.replace(rename.theirs, rename.ours), theirs);
}

/** The two spellings of attention an export can have. */
export const SPELLINGS = ["qkv", "Wqkv"] as const;
export type Spelling = (typeof SPELLINGS)[number];

/** Their name of one of jepac's tensors. */
export function theirName(ours: string, spelling: Spelling): string {
  return spelling === "qkv" ? ours : ours.replace(".attn.qkv.", ".attn.Wqkv.").replace(".attn.proj.", ".attn.out_proj.");
}

/** Their fixed position tables, which jepac computes and does not store; `width` names a tensor as wide as the table. */
export const POSITION_TABLES: readonly { readonly name: string; readonly width: string }[] = [
  { name: "encoder.pos_embed", width: "encoder.norm.weight" },
  { name: "target_encoder.pos_embed", width: "target_encoder.norm.weight" },
  { name: "predictor.predictor_pos_embed", width: "predictor.predictor_norm.weight" },
];
