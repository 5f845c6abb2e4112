"""Synthetic recordings: the golden clips, and the two full-size test signals."""

import math

import torch

from preset import FULL, Preset

PADDED_EVERY = 3  # each third clip is shorter than the model's input


def golden_clips(preset: Preset, count: int) -> list[torch.Tensor]:
    """`count` int16 recordings: harmonics, a chirp, noise, an offset; every third one is short."""
    random = torch.Generator().manual_seed(2025)
    clips = []
    for index in range(count):
        valid = preset.samples
        if index % PADDED_EVERY == PADDED_EVERY - 1:
            valid = int(preset.samples * (0.5 + 0.3 * torch.rand((), generator=random).item()))
        pitch, sweep, depth, offset = torch.rand(4, generator=random, dtype=torch.float64).tolist()
        time = torch.arange(valid, dtype=torch.float64) / preset.rate
        wave = sum(torch.sin(2 * math.pi * k * (90 + 400 * pitch) * time) / k for k in range(1, 6))
        wave = wave + torch.sin(2 * math.pi * (200 * time + 1500 * sweep * time.square()))
        wave = wave * (1 + depth * torch.sin(2 * math.pi * 5 * time))
        wave = wave + 0.1 * torch.randn(valid, generator=random, dtype=torch.float64) + 0.2 * offset
        clips.append((wave * 4000).round().to(torch.int16))
    return clips


def two_tones() -> torch.Tensor:
    """Case A: 0.5 sin(2 pi 440 n / 32000) + 0.25 sin(2 pi 3000 n / 32000), 10 s."""
    n = torch.arange(FULL.samples, dtype=torch.float64)
    return 0.5 * torch.sin(2 * math.pi * 440 * n / FULL.rate) + 0.25 * torch.sin(2 * math.pi * 3000 * n / FULL.rate)


def lcg_noise() -> torch.Tensor:
    """Case B: s = 1; s <- 1664525 s + 1013904223 mod 2^32; u = (s >> 8) / 2^24 * 2 - 1, 10 s."""
    state, values = 1, []
    for _ in range(FULL.samples):
        state = (1664525 * state + 1013904223) % 2**32
        values.append((state >> 8) / 2**24 * 2 - 1)
    return torch.tensor(values, dtype=torch.float64)
