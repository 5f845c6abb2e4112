"""Fixed 2-D sine-cosine position tables, in float64."""

import torch


def sincos(positions: torch.Tensor, dim: int) -> torch.Tensor:
    """[N] -> [N, dim]: [sin x dim/2 | cos x dim/2], omega_i = 10000^(-i / (dim / 2))."""
    half = dim // 2
    omega = 10_000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = positions.double()[:, None] * omega
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def table(grid: tuple[int, int], dim: int) -> torch.Tensor:
    """[time * freq, dim], token i = t * freq + f: first half encodes f, second half t."""
    times, freqs = grid
    token = torch.arange(times * freqs)
    return torch.cat([sincos(token % freqs, dim // 2), sincos(token // freqs, dim // 2)], dim=1)
