"""Writes the PyTorch checkpoints of `fixtures/`: `python3 test/runtime/exchange/make_checkpoints.py` (needs torch).

Random weights under the real key names, in the layouts in which Audio-JEPA's checkpoints are found, and what PyTorch
computes from them. The model is the one of test/goldens, at its small size, in float64.
"""

import functools
import json
import os
import sys
import types
from pathlib import Path

import torch
from torch import Tensor

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "goldens"))

import clips  # noqa: E402
import fbank  # noqa: E402
import tensorfile  # noqa: E402
from model import Encoder, Jepa, initialise  # noqa: E402
from preset import GOLDEN  # noqa: E402

OUT = HERE / "fixtures"
CLIPS = 3


def networks(seed: int) -> tuple[Jepa, Encoder]:
    """Context encoder and predictor, and a target encoder with weights of its own."""
    student, teacher = Jepa(GOLDEN), Jepa(GOLDEN)
    initialise(student, seed, depth_scaled=True)
    initialise(teacher, seed + 1, depth_scaled=True)
    return student, teacher.encoder


def state_dict(student: Jepa, target: Encoder, dtype: torch.dtype) -> dict[str, Tensor]:
    """In the order and with the names of the authors' LightningModule, position tables included."""
    parts = {"encoder": student.encoder, "target_encoder": target, "predictor": student.predictor}
    return {f"{part}.{name}": tensor.to(dtype) for part, module in parts.items() for name, tensor in module.state_dict().items()}


def flash(name: str) -> str:
    """As the authors' code of today names attention, under torch.compile."""
    part, rest = name.split(".", 1)
    return f"{part}._orig_mod.{rest}".replace(".attn.qkv.", ".attn.Wqkv.").replace(".attn.proj.", ".attn.out_proj.")


def their_callback() -> type:
    """A class of the authors' own package, which nobody who imports the file has."""
    module = types.ModuleType("src.callbacks.ema")
    kind = type("MAWeightUpdate", (), {"__module__": module.__name__, "__init__": lambda self: setattr(self, "tau", 0.996)})
    module.MAWeightUpdate = kind
    sys.modules.update({"src": types.ModuleType("src"), "src.callbacks": types.ModuleType("src.callbacks"), module.__name__: module})
    return kind


def lightning(state: dict[str, Tensor]) -> dict[str, object]:
    return {
        "epoch": 13, "global_step": 100_000, "pytorch-lightning_version": "2.5.0", "state_dict": state,
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 14, "completed": 13}}}},
        "hparams_name": "kwargs",
        "hyper_parameters": {
            "optimizer": functools.partial(torch.optim.AdamW, lr=1e-3, betas=(0.9, 0.95)),
            "weight_update": their_callback()(), "compile": True, "big": 2**70, "device": torch.device("cpu"),
        },
    }


def embeddings(target: Encoder) -> Tensor:
    """Of the first golden clips: [CLIPS, tokens, dim]."""
    recordings = clips.golden_clips(GOLDEN, 12)[:CLIPS]
    prepared = torch.stack([fbank.prepare(r.double() / 32767, GOLDEN.samples) for r in recordings])
    with torch.no_grad():
        return target.double()(fbank.log_mel(prepared, GOLDEN))


def rounded(student: Jepa, target: Encoder, dtype: torch.dtype) -> None:
    with torch.no_grad():
        for weight in [*student.parameters(), *target.parameters()]:
            if weight.requires_grad:
                weight.copy_(weight.to(dtype))


class Hostile:
    """What an attacker puts into a checkpoint: unpickling it in Python runs the command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo executed > /tmp/jepac-hostile",)


def kinds() -> dict[str, Tensor]:
    """Every type of item, and views that are not row-major; the values are exact in f32."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 4 - 2
    return {
        "f64": base.double(), "f16": base.half(), "bf16": base.bfloat16(), "i64": torch.arange(-3, 3), "i32": torch.arange(-3, 3, dtype=torch.int32),
        "i16": torch.arange(-3, 3, dtype=torch.int16), "i8": torch.arange(-3, 3, dtype=torch.int8), "u8": torch.arange(6, dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]), "f16.special": torch.tensor([0.0, -0.0, 6e-8, 65504.0, -1.5]).half(),
        "transposed": base.T, "part": base[1:3, 2:5], "every_other": base[::2, ::3], "repeated": base[:1].expand(3, 6), "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(base),
    }


def save_kinds() -> None:
    tensors = kinds()
    expected = {name: {"shape": list(t.shape), "values": t.detach().float().flatten().tolist()} for name, t in tensors.items()}
    (OUT / "kinds.json").write_text(json.dumps(expected) + "\n")
    for protocol in (2, 3, 4, 5):
        torch.save(tensors, OUT / f"kinds-{protocol}.pt", pickle_protocol=protocol)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    torch.set_default_dtype(torch.float64)
    student, target = networks(seed=5)
    torch.save(lightning(state_dict(student, target, torch.float32)), OUT / "lightning.ckpt")
    expected = {"lightning": embeddings(target)}

    student, target = networks(seed=15)
    rounded(student, target, torch.float16)
    state = state_dict(student, target, torch.float16)
    # f16 positions would differ from the fixed ones; the authors' files hold them as f32.
    exact = {name: student.get_parameter(name).float() for name in ("encoder.pos_embed", "predictor.predictor_pos_embed")}
    state.update(exact, **{"target_encoder.pos_embed": exact["encoder.pos_embed"]})
    torch.save({flash(name): tensor for name, tensor in state.items()}, OUT / "flash-half.pt", pickle_protocol=4)
    expected["flash-half"] = embeddings(target)

    tensorfile.save(OUT / "embeddings.safetensors", expected, {"format": "jepac-golden"})
    save_kinds()
    torch.save({"state_dict": {"a": torch.zeros(2)}, "hyper_parameters": Hostile()}, OUT / "hostile.ckpt")
    torch.save({"a": torch.zeros(2)}, OUT / "before-1.6.pt", _use_new_zipfile_serialization=False)
    print(f"torch {torch.__version__}; {sum(f.stat().st_size for f in OUT.iterdir())} bytes")


if __name__ == "__main__":
    main()
