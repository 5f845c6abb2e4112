import { OpError, type OpDef } from "./op.ts";
import { movement } from "./kit/movement.ts";

export const after: OpDef = {
  name: "after",
  doc: "The first input, once the second is there, which is not read: keeps what is computed again apart, and late.",
  attrs: {},
  infer(inputs) {
    const [value] = inputs;
    if (value === undefined || inputs.length !== 2) throw new OpError("2 inputs", `${inputs.length}`);
    return { dtype: value.dtype, shape: value.shape };
  },
  vjp: (_, ct) => [ct, null],
  ...movement((_, at) => ({ kind: "element", input: 0, at })),
};
