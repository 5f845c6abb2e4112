"""Holds the reference model against numbers and PyTorch layers that were obtained elsewhere."""

import math
from dataclasses import replace

import torch
from torch import nn

import clips
import fbank
import masks
import positions
from model import Block, Jepa, cosine_distance
from preset import FULL
from training import RECIPES, learning_rate, teacher_decay


def close(name: str, found: torch.Tensor | float | list[float], wanted: list[float] | float, within: float) -> None:
    found, wanted = (torch.as_tensor(x, dtype=torch.float64) for x in (found, wanted))
    worst = (found - wanted).abs().max().item()
    assert worst <= within, f"{name}: off by {worst:.3g}, more than {within:g}"


def sizes() -> None:
    """The published full-size model: 149 + 80 tensors, 96 492 288 trained numbers."""
    with torch.device("meta"):
        model = Jepa(FULL)
    for net, keys, trained, with_table in ((model.encoder, 149, 85_253_376, 85_351_680),
                                           (model.predictor, 80, 11_238_912, 11_288_064)):
        assert len(net.state_dict()) == keys
        assert sum(w.numel() for w in net.parameters() if w.requires_grad) == trained
        assert sum(w.numel() for w in net.parameters()) == with_table


def block_is_torch() -> None:
    """Our block equals torch.nn.TransformerEncoderLayer (pre-norm, erf GELU) on the same weights."""
    ours = Block(24, 3, 4)
    theirs = nn.TransformerEncoderLayer(24, 3, 96, dropout=0.0, activation="gelu", layer_norm_eps=1e-5,
                                        batch_first=True, norm_first=True)
    for mine, other in ((ours.attn.qkv.weight, theirs.self_attn.in_proj_weight),
                        (ours.attn.qkv.bias, theirs.self_attn.in_proj_bias),
                        (ours.attn.proj.weight, theirs.self_attn.out_proj.weight),
                        (ours.attn.proj.bias, theirs.self_attn.out_proj.bias),
                        (ours.mlp.fc1.weight, theirs.linear1.weight), (ours.mlp.fc1.bias, theirs.linear1.bias),
                        (ours.mlp.fc2.weight, theirs.linear2.weight), (ours.mlp.fc2.bias, theirs.linear2.bias)):
        nn.init.normal_(mine, std=0.3)
        other.data.copy_(mine.data)
    x = torch.randn(2, 11, 24)
    close("block", ours(x).detach() - theirs(x).detach(), 0.0, 1e-12)


def loss_identity() -> None:
    """Standardising the target only centres it: its scale cancels in the cosine."""
    predicted, target = torch.randn(3, 7, 24), 3 * torch.randn(3, 7, 24) + 1
    centred = target - target.mean(dim=-1, keepdim=True)
    cosine = nn.functional.cosine_similarity(predicted, centred, dim=-1)
    close("loss identity", cosine_distance(predicted, target), (2 - 2 * cosine).mean().item(), 1e-12)


def position_table() -> None:
    table = positions.table(FULL.grid, FULL.dim)
    close("positions, sin", table[1, :4], [.8414710, .8152506, .7885931, .7617204], 1e-7)
    close("positions, cos", table[1, 192:196], [.5403023, .5791082, .6149154, .6479059], 1e-7)
    assert table[3, :384].equal(table[43, :384]) and table[40, 384:].equal(table[47, 384:])


def full_fbank() -> tuple[torch.Tensor, torch.Tensor]:
    """The two full-size signals; returns their log-mel images [256, 128]."""
    noise = clips.lcg_noise()
    close("lcg", noise[:4], [-.527089, -.261459, .008484, .409766], 1e-6)
    a, b = (fbank.log_mel(fbank.prepare(wave, FULL.samples)[None], FULL)[0] for wave in (clips.two_tones(), noise))
    close("A", a[0, [8, 16, 24, 64]], [-13.5038, -1.7763, -11.0600, -7.1907], 1e-4)
    close("A, peak", a[0].max(), 10.5078, 1e-4)
    assert a[0].argmax() == 66
    close("A, floor", a[0, [0, 32, 48, 80, 96, 112, 127]], [math.log(fbank.LOG_FLOOR)] * 7, 1e-12)
    close("B", b[0, [0, 1, 2, 16, 32, 64, 96, 127]],
          [-.9674, -.7411, -.0083, 2.9122, 4.6194, 7.3414, 9.3966, 11.3787], 1e-4)
    close("B, mean and std", [b[:254].mean(), b[:254].std()], [6.5297, 3.4007], 1e-4)
    for image in (a, b):
        assert image[254:].eq(0).all() and image[253].ne(0).all()
    return a, b


def published_masks() -> None:
    visible, orders = masks.published(seed=0, tokens=128, batch=1)
    assert visible == 64 and orders[0, :8].tolist() == [47, 97, 116, 91, 27, 114, 109, 24]
    counts = [masks.published(seed, 128, batch=1)[0] for seed in range(5_000)]
    assert min(counts) == 51 and max(counts) == 76
    close("mean visible count", sum(counts) / len(counts), 63.5, 0.5)


def schedules() -> None:
    published = replace(RECIPES["official"], steps=100_000, warmup=1_000, ema_steps=375_400)
    for optimizer_step, lr in ((1, 2.0e-6), (500, 5.005e-4), (1000, 1e-3), (50_500, 5e-4)):  # counted from 1
        close(f"lr at {optimizer_step}", learning_rate(optimizer_step - 1, published) / lr, 1.0, 1e-3)
    for step, tau in ((25_000, .996044), (50_000, .996173), (75_000, .996381), (100_000, .99666)):
        close(f"tau at {step}", teacher_decay(step, published), tau, 5e-6)
    paper = RECIPES["paper"]
    close("first tau", teacher_decay(0, paper), 0.996, 1e-15)
    close("tau at the end", teacher_decay(paper.steps, paper), 1.0, 1e-15)
    close("lr at the end", learning_rate(paper.steps - 1, paper), 0.0, 1e-15)


def run_all() -> tuple[torch.Tensor, torch.Tensor]:
    """Every check; returns the full-size images of the two test signals."""
    for check in (sizes, block_is_torch, loss_identity, position_table, published_masks, schedules):
        check()
    return full_fbank()
