import type { Node } from "../graph/node.ts";
import type { SizeBox } from "../index/size-box.ts";
import { argsortKernel } from "../wgsl/argsort-kernel.ts";
import { foldKernel } from "../wgsl/fold-kernel.ts";
import { attentionKernel } from "../wgsl/attention/attention-kernel.ts";
import type { Kernel, Site, Store } from "../wgsl/kernel.ts";
import { mapKernel } from "../wgsl/map-kernel.ts";
import { productKernel } from "../wgsl/product/product-kernel.ts";
import { scatterKernel } from "../wgsl/scatter-kernel.ts";
import { productAt, type Group } from "./group.ts";
import { isAttention } from "./head-view.ts";
import { stridedView } from "./operand.ts";
import type { Roots } from "./roots.ts";
import type { Storage } from "./storage.ts";
import type { Tuning } from "./tuning.ts";
import { isBuffer } from "./uses.ts";

interface Around {
  readonly roots: Roots;
  readonly storage: Storage;
  readonly box: SizeBox;
  readonly maxWorkgroups: number;
  readonly tuning: Tuning;
  /** Nodes that half precision is for. */
  readonly half: ReadonlySet<Node>;
}

/** The kernel that computes a group. */
export function groupKernel(group: Group, around: Around): Kernel {
  const kernel = writeKernel(group, around);
  if (!kernel.tensors.some((tensor) => tensor.half)) return kernel;
  return { ...kernel, variants: kernel.variants.map((variant) => ({ ...variant, text: `enable f16;\n${variant.text}` })) };
}

function writeKernel(group: Group, { roots, storage, box, maxWorkgroups, tuning, half }: Around): Kernel {
  const site: Site = {
    box,
    maxWorkgroups,
    tuning,
    half: group.form.kind === "product" && half.has(group.form.node),
    tensorOf: (node) => (group.members.has(node) ? undefined : storage.tensorOf(node)),
  };
  const store = (node: Node): Store => ({ node, to: storage.storesOf(node) });
  const stores = [...group.members].map(store).filter(({ to }) => to.length > 0);
  const name = kernelName(group);
  const { form } = group;
  switch (form.kind) {
    case "map":
      return mapKernel(name, stores, form.count, site);
    case "fold": {
      const members = [...form.roles].map(([node, { role, level }]) => ({ ...store(node), role, level }));
      const reduces = members.filter((member) => member.role === "reduce");
      const maps = members.flatMap((m) => (m.role === "reduce" || m.to.length === 0 ? [] : [{ ...m, role: m.role }]));
      return foldKernel(name, { space: form.space, reduces, maps }, site);
    }
    case "product": {
      const isEnd = (node: Node) => roots.nodes.has(node) || isBuffer(node);
      return productKernel(
        name,
        {
          node: form.node,
          shape: form.shape,
          stores: stores.filter(({ node }) => !form.sums.has(node)),
          sums: [...form.sums].map(([node, side]) => ({ ...store(node), side })),
          at: (node, x, index) => productAt(form, node, x, index),
          operand: (side, x) => {
            const view = stridedView(form.node, side, form.shape, x, isEnd)!;
            return { ...view, tensor: storage.tensorOf(view.of)! };
          },
        },
        site,
      );
    }
    case "alone": {
      const { node } = form;
      const to = storage.storesOf(node);
      if (node.op === "argsort") return argsortKernel(name, node, storage.tensorOf(node.inputs[0]!)!, to, site);
      if (node.op === "scatter_add") return scatterKernel(name, node, to, site);
      if (isAttention(node)) {
        const isEnd = (n: Node) => roots.nodes.has(n) || isBuffer(n);
        return attentionKernel(name, { node, stores, isEnd, tensorOf: (n) => storage.tensorOf(n)! }, site);
      }
      throw new Error(`no kernel computes '${node.op}'`);
    }
  }
}

/** What it does, for profiles: the operations of its members, each once. */
function kernelName({ form, members }: Group): string {
  if (form.kind === "alone") return form.node.op;
  const ops = [...new Set([...members].map((node) => node.op))];
  return [form.kind, ...ops.slice(0, 4)].join("_");
}
