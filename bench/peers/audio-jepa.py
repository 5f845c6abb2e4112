"""The Audio-JEPA step in PyTorch, the model of test/goldens with fused attention: a yardstick for jepac's on the same card.

    python3 audio-jepa.py [--batch 256] [--precision f32|tf32|bf16|f16] [--compile] [--steps 20] [--small]

From log-mels to the moving-average target; jepac's step also computes the log-mels. `f16` and `bf16` are autocast, `f16`
with loss scaling. Prints a line for people and one of JSON. --small is the size of jepac's preset `small`.
"""
import argparse
import json
import os
import sys
import time
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace

sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "goldens")
import torch
import torch.nn.functional as F

import model as goldens
from preset import FULL
from training import RECIPES, forward

parser = argparse.ArgumentParser()
parser.add_argument("--batch", type=int, default=256)
parser.add_argument("--precision", default="f32", choices=["f32", "tf32", "bf16", "f16"])
parser.add_argument("--compile", action="store_true")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--small", action="store_true")
options = parser.parse_args()
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"


def attention(self, x):
    """Fused, as a user of PyTorch would write it today; the goldens spell it out."""
    q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
    return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


goldens.Attention.forward = attention
small = replace(FULL, mels=64, frames=128, dim=192, depth=6, heads=3, width=96, predictor_depth=3, predictor_heads=3)
preset = small if options.small else FULL
torch.manual_seed(0)
jepa = goldens.Jepa(preset).to(device, torch.float32)  # the goldens are f64
teacher = deepcopy(jepa.encoder).requires_grad_(False)
recipe = RECIPES["paper"]
optimizer = torch.optim.AdamW(jepa.weights().values(), lr=1e-4, betas=recipe.betas, weight_decay=recipe.weight_decay, fused=device == "cuda")
scaler = torch.amp.GradScaler(device, enabled=options.precision == "f16" and device == "cuda")
log_mel = torch.randn(options.batch, preset.frames, preset.mels, device=device)
order = torch.stack([torch.randperm(preset.tokens) for _ in range(options.batch)]).to(device)
visible = preset.tokens // 2
low = {"bf16": torch.bfloat16, "f16": torch.float16}.get(options.precision)
precision = (lambda: torch.autocast(device, low)) if low else nullcontext


def loss():
    with precision():
        return forward(jepa, teacher, recipe, log_mel, order, visible).loss


evaluate = torch.compile(loss) if options.compile else loss
pairs = [list(net.parameters()) for net in (teacher, jepa.encoder)]


def step():
    optimizer.zero_grad()
    value = evaluate()
    scaler.scale(value).backward()
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        torch._foreach_lerp_(*pairs, 1 - recipe.tau0)
    return value


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


at = time.perf_counter()
step().item()
wait()
first = time.perf_counter() - at
for _ in range(3):
    step()
wait()
at = time.perf_counter()
for _ in range(options.steps):
    value = step()
wait()
seconds = (time.perf_counter() - at) / options.steps
name = torch.cuda.get_device_name() if device == "cuda" else "processor"
how = "compiled" if options.compile else "eager"
print(f"PyTorch {torch.__version__} {how}, {options.precision}, batch {options.batch}, {name}: {1000 * seconds:.1f} ms a step, {options.batch / seconds:.1f} clips/s; first step {first:.1f} s; loss {value.item():.4f}")
print(json.dumps({"library": f"torch {how}", "precision": options.precision, "adapter": name, "batch": options.batch, "step_ms": 1000 * seconds, "clips_per_second": options.batch / seconds, "first_ms": 1000 * first}))
