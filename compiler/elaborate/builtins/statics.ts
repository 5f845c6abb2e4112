import { hostCall } from "../../graph/host-call.ts";
import { asScalar, asSizes, asTensor } from "../want.ts";
import { hostInt, int, real, tensor } from "../value.ts";
import type { Builtin } from "./arguments.ts";

/** Numbers of the host, and tensors made of one number. */
export const statics: Readonly<Record<string, Builtin>> = {
  idiv: (args) => {
    const [a, b] = [asScalar(args.it, args.get(0), args.span(0)), asScalar(args.it, args.get(1), args.span(1))];
    return hostInt(hostCall("idiv", a.host, b.host));
  },
  /** A uniform number in [0, 1), drawn by the host anew each step. */
  random: (args) => real({ random: args.it.nextSite() }),
  full: (args) => {
    const shape = asSizes(args.it, args.get(0), args.span(0));
    const value = asTensor(args.it, args.get(1), args.span(1));
    return tensor(args.it.at(args.call.span).expand(value, shape));
  },
  rank: (args) => {
    const x = args.get(0);
    if (x.kind !== "tensor") throw new Error("the rank of no tensor passed the checker");
    return int(x.rank ?? x.node.shape.length);
  },
};
