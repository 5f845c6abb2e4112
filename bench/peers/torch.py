"""The benchmark's step in PyTorch, on CUDA where there is any, else on the processor: a yardstick, not a WebGPU peer.

    python3 torch.py FOLDER [--steps 10] [--warmup 3] [--matmul MxKxN] [--compile] [--dtype float32|float64]

FOLDER holds what bench/kit/write-data.mjs writes. Prints one line of JSON, as the other peers do.
"""
import argparse
import json
import os
import statistics
import sys
import time

sys.path.pop(0)  # this folder: its torch.py is not PyTorch
import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--steps", type=int, default=10)
parser.add_argument("--warmup", type=int, default=3)
parser.add_argument("--matmul")
parser.add_argument("--compile", action="store_true")
parser.add_argument("--dtype", default="float32")
options = parser.parse_args()
device = "cuda" if torch.cuda.is_available() else "cpu"
dtype = getattr(torch, options.dtype)


def read(name, shape):
    flat = torch.frombuffer(bytearray(open(os.path.join(options.folder, name), "rb").read()), dtype=torch.float32)
    return flat.reshape(shape).to(device, dtype)


def training_step():
    about = json.load(open(os.path.join(options.folder, "kit.json")))
    kit = about["kit"]
    batch, tokens, dim, heads = kit["batch"], kit["tokens"], kit["dim"], kit["heads"]
    x, y = read("x.bin", (batch, tokens, kit["patch"])), read("y.bin", (batch, tokens, dim))
    flat = read("weights.bin", (-1,))
    weights, at = {}, 0
    for tensor in about["weights"]:
        size = torch.Size(tensor["shape"]).numel()
        weights[tensor["name"]] = flat[at : at + size].reshape(tensor["shape"]).clone().requires_grad_(True)
        at += size

    def norm(name, h):
        return F.layer_norm(h, (dim,), weights[name + ".weight"], weights[name + ".bias"], kit["lnEps"])

    def linear(name, h):
        return F.linear(h, weights[name + ".weight"], weights[name + ".bias"])

    def attention(name, h):
        q, k, v = linear(name + ".qkv", h).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        return linear(name + ".proj", F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))

    def loss():
        h = linear("encoder.embed", x) + weights["encoder.pos"]
        for i in range(kit["depth"]):
            name = f"encoder.blocks.{i}"
            h = h + attention(name + ".attn", norm(name + ".norm1", h))
            h = h + linear(name + ".mlp.fc2", F.gelu(linear(name + ".mlp.fc1", norm(name + ".norm2", h))))
        return F.mse_loss(norm("encoder.norm", h), y)

    forward = torch.compile(loss) if options.compile else loss
    adamw = torch.optim.AdamW(list(weights.values()), lr=kit["lr"], betas=(kit["b1"], kit["b2"]), eps=kit["eps"], weight_decay=kit["decay"])

    def step():
        adamw.zero_grad()
        value = forward()
        value.backward()
        adamw.step()
        number = value.item()
        if device == "cuda":
            torch.cuda.synchronize()
        return number

    return step


def product():
    m, k, n = (int(size) for size in options.matmul.split("x"))
    a, b = read("a.bin", (m, k)), read("b.bin", (k, n))
    return lambda: (a @ b)[0, 0].item()


step = product() if options.matmul else training_step()
losses, walls, cpus = [], [], []
for i in range(1 + options.warmup + options.steps):
    cpu, at = time.process_time(), time.perf_counter()
    losses.append(step())
    walls.append(1000 * (time.perf_counter() - at))
    cpus.append(1000 * (time.process_time() - cpu))
timed = slice(1 + options.warmup, None)
name = torch.cuda.get_device_name() if device == "cuda" else f"processor, {torch.get_num_threads()} threads"
print(json.dumps({
    "peer": "torch compiled" if options.compile else "torch", "version": torch.__version__, "adapter": name,
    "first_ms": walls[0], "step_ms": statistics.median(walls[timed]), "least_ms": min(walls[timed]), "most_ms": max(walls[timed]),
    "cpu_ms": statistics.median(cpus[timed]), "losses": losses,
}))
