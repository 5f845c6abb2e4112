"""Writes every golden file of this folder: `python3 test/goldens/make.py` (needs only torch).

See README.md for what the files hold and for the definitions they follow.
"""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

import checks
import clips
import fbank
import masks
import positions
import tensorfile
from model import Jepa, initialise
from preset import FULL, GOLDEN
from training import RECIPES, Recipe, forward, train

HERE = Path(__file__).parent
BATCH = 3
BATCHES = 4  # stored batches; step s of a curve trains on batch s mod 4
STEP_VISIBLE = 17  # of 32, in the one-step goldens: unequal to the masked count, and odd
FULL_FRAMES = [0, 1, 127, 253, 254, 255]  # the last two are the rows of 0.0
FULL_TOKENS = [0, 1, 3, 8, 40, 43, 47, 127]
SNAPSHOT_AFTER = [1, 10, 50]  # steps
SNAPSHOT_WEIGHTS = [
    "encoder.patch_embed.proj.weight", "encoder.blocks.0.attn.qkv.weight", "encoder.blocks.1.mlp.fc2.bias",
    "encoder.norm.weight", "predictor.mask_token", "predictor.predictor_blocks.0.attn.proj.weight",
    "predictor.predictor_proj.weight", "teacher.patch_embed.proj.weight", "teacher.blocks.1.norm1.bias",
    "teacher.norm.weight",
]


def metadata(**facts: object) -> dict[str, str]:
    """Strings, as safetensors wants them; everything but the format is JSON."""
    described = {key: json.dumps(value) for key, value in facts.items()}
    return {"format": "jepac-golden", "preset": json.dumps(asdict(GOLDEN)), **described}


def described(recipe: Recipe) -> dict[str, object]:
    return {**asdict(recipe), "loss": recipe.loss.__name__}


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: tensor for name, tensor in tensors.items()}


def fresh(recipe: Recipe) -> Jepa:
    model = Jepa(GOLDEN)
    initialise(model, recipe.seed, recipe.depth_scaled_init)
    return model


def write_fbank(full_a: Tensor, full_b: Tensor) -> Tensor:
    """Returns the images that the models see, [BATCHES, BATCH, frames, mels], exact in float32."""
    recordings = clips.golden_clips(GOLDEN, BATCHES * BATCH)
    valid = torch.tensor([len(r) for r in recordings], dtype=torch.int32)
    raw = torch.stack([torch.nn.functional.pad(r, (0, GOLDEN.samples - len(r))) for r in recordings[:BATCH]])
    prepared = torch.stack([fbank.prepare(r.double() / 32767, GOLDEN.samples) for r in recordings]).float()
    images = fbank.log_mel(prepared, GOLDEN)
    tensorfile.save(HERE / "fbank.safetensors", {
        "raw": raw, "valid": valid, "clip": prepared, "log_mel": images,
        "full.frames": torch.tensor(FULL_FRAMES),
        "full.a.log_mel": full_a[FULL_FRAMES], "full.b.log_mel": full_b[FULL_FRAMES],
    }, metadata(full=asdict(FULL)))
    return images.float().double().unflatten(0, (BATCHES, BATCH))


def write_positions() -> None:
    tensorfile.save(HERE / "positions.safetensors", {
        "encoder.pos_embed": positions.table(GOLDEN.grid, GOLDEN.dim)[None],
        "predictor.predictor_pos_embed": positions.table(GOLDEN.grid, GOLDEN.width)[None],
        "full.tokens": torch.tensor(FULL_TOKENS),
        "full.encoder.pos_embed": positions.table(FULL.grid, FULL.dim)[FULL_TOKENS],
        "full.predictor.predictor_pos_embed": positions.table(FULL.grid, FULL.width)[FULL_TOKENS],
    }, metadata(full=asdict(FULL)))


def write_step(name: str, recipe: Recipe, images: Tensor) -> None:
    model = fresh(recipe)
    _, orders = masks.drawn(GOLDEN, seed=recipe.seed, steps=1, batch=BATCH)
    result = forward(model, model.encoder, recipe, images[0], orders[0], STEP_VISIBLE)
    result.loss.backward()
    weights = model.weights()
    tensorfile.save(HERE / f"step-{name}.safetensors", {
        **weights,
        "input.log_mel": images[0], "input.order": orders[0],
        "expected.context": result.context, "expected.predicted": result.predicted,
        "expected.teacher": result.teacher, "expected.target": result.target,
        **prefixed("grad.", {key: w.grad for key, w in weights.items()}),
    }, metadata(recipe=described(recipe), visible=STEP_VISIBLE, loss=result.loss.item()))


def write_curve(name: str, recipe: Recipe, images: Tensor) -> list[float]:
    """Returns the losses."""
    visible, orders = masks.drawn(GOLDEN, seed=100 + recipe.seed, steps=recipe.steps, batch=BATCH)
    assert {13, 19} <= set(visible) <= set(range(13, 20)), "the run must reach both ends of the visible count"
    run, snapshots = [], {}
    for count, step in enumerate(train(fresh(recipe), recipe, images, orders, visible), start=1):
        run.append(step)
        if count in SNAPSHOT_AFTER:
            chosen = {key: step.weights[key].detach().clone() for key in SNAPSHOT_WEIGHTS}
            snapshots.update(prefixed(f"after{count}.", chosen))
    losses = [step.loss for step in run]
    final = {key: w.detach() for key, w in run[-1].weights.items()}
    curve = {
        "preset": asdict(GOLDEN), "recipe": described(recipe),
        "batch": [s % BATCHES for s in range(recipe.steps)], "visible": visible,
        "loss": losses, "lr": [step.lr for step in run], "tau": [step.tau for step in run],
        "final": {key: {"sum": w.sum().item(), "sum_of_squares": w.square().sum().item()} for key, w in final.items()},
    }
    rows = (f'  {json.dumps(key)}: {json.dumps(value)}' for key, value in curve.items())
    (HERE / f"curve-{name}.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")
    tensorfile.save(HERE / f"curve-{name}.safetensors", {"order": orders, **snapshots},
                    metadata(recipe=described(recipe)))
    return losses


def float32_deviation(recipe: Recipe, images: Tensor, losses: list[float]) -> float:
    """The largest relative error of the same run in float32: how close a float32 trainer can come."""
    visible, orders = masks.drawn(GOLDEN, seed=100 + recipe.seed, steps=recipe.steps, batch=BATCH)
    run = train(fresh(recipe).float(), recipe, images.float(), orders, visible)
    return max(abs(step.loss - exact) / exact for step, exact in zip(run, losses, strict=True))


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    images = write_fbank(*checks.run_all())
    write_positions()
    for name, recipe in RECIPES.items():
        write_step(name, recipe, images)
        losses = write_curve(name, recipe, images)
        print(f"{name}: loss {losses[0]:.6f} -> {losses[-1]:.6f}; "
              f"float32 run deviates by {float32_deviation(recipe, images, losses):.1e} at most")
    print(f"torch {torch.__version__}; {sum(f.stat().st_size for f in HERE.glob('*.safetensors'))} bytes of tensors")


if __name__ == "__main__":
    main()
