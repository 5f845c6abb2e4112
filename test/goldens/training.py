"""The two training recipes, their schedules, and one training run."""

import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor

from model import Jepa, cosine_distance, squared_distance, take


@dataclass(frozen=True)
class Recipe:
    """One way to train; `steps` counts optimizer steps."""

    loss: Callable[[Tensor, Tensor], Tensor]
    peak_lr: float
    weight_decay: float
    ema_steps: int  # the length that the teacher's decay schedule is laid out over
    depth_scaled_init: bool
    seed: int
    steps: int = 50
    warmup: int = 5
    start_lr: float = 1e-6
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = 1e-8
    tau0: float = 0.996


RECIPES = {
    "paper": Recipe(loss=squared_distance, peak_lr=3e-4, weight_decay=0.05,
                    ema_steps=50, depth_scaled_init=False, seed=1),
    # The published run laid its EMA schedule over 375 400 steps and stopped after 100 000.
    "official": Recipe(loss=cosine_distance, peak_lr=1e-3, weight_decay=1e-6,
                       ema_steps=round(3.754 * 50), depth_scaled_init=True, seed=2),
}


def learning_rate(step: int, recipe: Recipe) -> float:
    """lr of the optimizer step `step`, from 0: linear to the peak, then a cosine to 0."""
    done = step + 1
    if done <= recipe.warmup:
        return recipe.start_lr + (recipe.peak_lr - recipe.start_lr) * done / recipe.warmup
    progress = (done - recipe.warmup) / (recipe.steps - recipe.warmup)
    return recipe.peak_lr * (1 + math.cos(math.pi * progress)) / 2


def teacher_decay(step: int, recipe: Recipe) -> float:
    """tau of the teacher update that follows the optimizer step `step`, from 0."""
    return 1 - (1 - recipe.tau0) * (math.cos(math.pi * step / recipe.ema_steps) + 1) / 2


@dataclass(frozen=True)
class Forward:
    """One evaluation of the model on one masked batch."""

    context: Tensor  # [B, V, D]
    predicted: Tensor  # [B, M, D]
    teacher: Tensor  # [B, T, D]
    target: Tensor  # [B, M, D]
    loss: Tensor  # []


def forward(model: Jepa, teacher: torch.nn.Module, recipe: Recipe,
            log_mel: Tensor, order: Tensor, visible_count: int) -> Forward:
    """order [B, T]: a permutation per clip; its first `visible_count` tokens are visible."""
    visible, masked = order[:, :visible_count], order[:, visible_count:]
    context = model.encoder(log_mel, visible)
    predicted = model.predictor(context, visible, masked)
    with torch.no_grad():
        full = teacher(log_mel)
    target = take(full, masked)
    return Forward(context, predicted, full, target, recipe.loss(predicted, target))


@dataclass(frozen=True)
class Step:
    loss: float
    lr: float
    tau: float
    weights: dict[str, Tensor]  # after the step, teacher included; the live tensors


def train(model: Jepa, recipe: Recipe, batches: Tensor, orders: Tensor, visible: list[int]) -> Iterator[Step]:
    """batches [K, B, frames, mels], of which step s reads s mod K; orders [steps, B, T]."""
    weights = model.weights()
    teacher = deepcopy(model.encoder).requires_grad_(False)
    decayed = [w for w in weights.values() if w.dim() > 1]
    others = [w for w in weights.values() if w.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}],
        betas=recipe.betas, eps=recipe.eps)
    teacher_weights = {f"teacher.{name}": w for name, w in teacher.named_parameters() if name != "pos_embed"}

    for step in range(recipe.steps):
        loss = forward(model, teacher, recipe, batches[step % len(batches)], orders[step], visible[step]).loss
        optimizer.zero_grad()
        loss.backward()
        lr, tau = learning_rate(step, recipe), teacher_decay(step, recipe)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
        with torch.no_grad():
            for old, new in zip(teacher.parameters(), model.encoder.parameters(), strict=True):
                old.mul_(tau).add_(new, alpha=1 - tau)
        yield Step(loss.item(), lr, tau, {**weights, **teacher_weights})
