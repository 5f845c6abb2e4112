"""Audio-JEPA in PyTorch. Parameter names and shapes are those of the published state dict."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import positions
from preset import Preset


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) / math.sqrt(dim // self.heads)).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, dim))


class Mlp(nn.Module):
    def __init__(self, dim: int, hidden: int):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))  # the exact, erf, form


class Block(nn.Module):
    def __init__(self, dim: int, heads: int, ratio: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-5)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-5)
        self.mlp = Mlp(dim, ratio * dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, dim: int, patch: int):
        super().__init__()
        self.proj = nn.Conv2d(1, dim, kernel_size=patch, stride=patch)

    def forward(self, image: Tensor) -> Tensor:
        """[B, frames, mels] -> [B, T, D]."""
        return self.proj(image[:, None]).flatten(2).transpose(1, 2)


def take(x: Tensor, index: Tensor) -> Tensor:
    """x [B, T, D], index [B, N] -> [B, N, D]: each clip's own tokens."""
    return x.gather(1, index[..., None].expand(-1, -1, x.shape[-1]))


class Encoder(nn.Module):
    def __init__(self, p: Preset):
        super().__init__()
        self.pos_embed = nn.Parameter(positions.table(p.grid, p.dim)[None], requires_grad=False)
        self.patch_embed = PatchEmbed(p.dim, p.patch)
        self.blocks = nn.ModuleList(Block(p.dim, p.heads, p.mlp_ratio) for _ in range(p.depth))
        self.norm = nn.LayerNorm(p.dim, eps=1e-5)

    def forward(self, log_mel: Tensor, visible: Tensor | None = None) -> Tensor:
        """[B, frames, mels] -> [B, T, D]; only the `visible` tokens [B, V] where given."""
        x = self.patch_embed(log_mel) + self.pos_embed
        if visible is not None:
            x = take(x, visible)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Predictor(nn.Module):
    def __init__(self, p: Preset):
        super().__init__()
        self.mask_token = nn.Parameter(torch.zeros(1, 1, p.width))
        self.predictor_pos_embed = nn.Parameter(positions.table(p.grid, p.width)[None], requires_grad=False)
        self.predictor_embed = nn.Linear(p.dim, p.width)
        self.predictor_blocks = nn.ModuleList(
            Block(p.width, p.predictor_heads, p.mlp_ratio) for _ in range(p.predictor_depth))
        self.predictor_norm = nn.LayerNorm(p.width, eps=1e-5)
        self.predictor_proj = nn.Linear(p.width, p.dim)

    def forward(self, context: Tensor, visible: Tensor, masked: Tensor) -> Tensor:
        """context [B, V, D], visible [B, V], masked [B, M] -> predictions [B, M, D]."""
        table = self.predictor_pos_embed.expand(len(context), -1, -1)
        known = self.predictor_embed(context) + take(table, visible)
        x = torch.cat([known, self.mask_token + take(table, masked)], dim=1)
        for block in self.predictor_blocks:
            x = block(x)
        return self.predictor_proj(self.predictor_norm(x)[:, -masked.shape[1]:])


class Jepa(nn.Module):
    """The two trained networks; the teacher is a copy of `encoder` that the trainer keeps."""

    def __init__(self, p: Preset):
        super().__init__()
        self.encoder = Encoder(p)
        self.predictor = Predictor(p)

    def weights(self) -> dict[str, nn.Parameter]:
        """The trained parameters by name: the fixed position tables are left out."""
        return {name: w for name, w in self.named_parameters() if w.requires_grad}


def squared_distance(predicted: Tensor, target: Tensor) -> Tensor:
    """Equation (2): squared distance summed over dimensions, mean over clips and masked tokens."""
    return (predicted - target).square().sum(dim=-1).mean()


def cosine_distance(predicted: Tensor, target: Tensor) -> Tensor:
    """The published code: mean of 2 - 2 cos(predicted, standardised target)."""
    variance, mean = torch.var_mean(target, dim=-1, correction=1, keepdim=True)
    target = (target - mean) / (variance + 1e-6).sqrt()
    cosine = (F.normalize(predicted, dim=-1) * F.normalize(target, dim=-1)).sum(dim=-1)
    return (2 - 2 * cosine).mean()


@torch.no_grad()
def initialise(model: Jepa, seed: int, depth_scaled: bool) -> None:
    """Large weights, for well conditioned goldens: matrices and mask token truncated-normal
    (std 0.15), biases normal (std 0.1), norm scales 1 + normal (std 0.1). `depth_scaled` divides
    attn.proj and mlp.fc2 of block l (from 1) by sqrt(2 l), as the published code does.
    Values are rounded to float32, so that the stored weights are exact."""
    random = torch.Generator().manual_seed(seed)
    for w in model.weights().values():
        if w.dim() > 1:
            nn.init.trunc_normal_(w, std=0.15, a=-2.0, b=2.0, generator=random)
        else:
            w.normal_(std=0.1, generator=random)
    for layer in model.modules():
        if isinstance(layer, nn.LayerNorm):
            layer.weight += 1.0
    if depth_scaled:
        for blocks in (model.encoder.blocks, model.predictor.predictor_blocks):
            for level, block in enumerate(blocks, start=1):
                block.attn.proj.weight /= math.sqrt(2 * level)
                block.mlp.fc2.weight /= math.sqrt(2 * level)
    for w in model.weights().values():
        w.copy_(w.float())
