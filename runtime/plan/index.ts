export * from "./flat.ts";
export * from "./host-expr.ts";
export * from "./random.ts";
export type * from "./schema.ts";
