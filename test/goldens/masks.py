"""Random masks: a permutation per clip, cut at a visible count that the whole batch shares."""

import torch

from preset import Preset


def published(seed: int, tokens: int, batch: int) -> tuple[int, torch.Tensor]:
    """The published collator: (visible count, permutations [batch, tokens]) of one seeded batch."""
    random = torch.Generator().manual_seed(seed)
    ratio = 0.4 + torch.rand((), generator=random, dtype=torch.float32).item() * 0.2
    orders = torch.stack([torch.randperm(tokens, generator=random) for _ in range(batch)])
    return int(tokens * (1 - ratio)), orders


def drawn(preset: Preset, seed: int, steps: int, batch: int) -> tuple[list[int], torch.Tensor]:
    """`steps` batches as our models draw them: 40 to 60 % masked, both ends included."""
    random = torch.Generator().manual_seed(seed)
    least, most = round(0.4 * preset.tokens), round(0.6 * preset.tokens)
    visible = torch.randint(least, most + 1, (steps,), generator=random).tolist()
    orders = [torch.randperm(preset.tokens, generator=random) for _ in range(steps * batch)]
    return visible, torch.stack(orders).reshape(steps, batch, preset.tokens)
