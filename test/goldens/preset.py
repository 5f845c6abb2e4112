"""The two sizes at which the reference model is built."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """Front end, encoder and predictor sizes. Tokens are time-major: i = t * grid_freq + f."""

    rate: int  # Hz
    seconds: float  # length of a clip
    mels: int
    frames: int  # rows of the log-mel image, zero rows included
    patch: int  # side of a square patch
    dim: int
    depth: int
    heads: int
    width: int  # of the predictor
    predictor_depth: int
    predictor_heads: int
    mlp_ratio: int = 4
    f_min: float = 20.0  # Hz; the highest frequency is rate / 2

    @property
    def samples(self) -> int:
        return int(self.rate * self.seconds)

    @property
    def grid(self) -> tuple[int, int]:
        """(patches along time, patches along frequency)."""
        return self.frames // self.patch, self.mels // self.patch

    @property
    def tokens(self) -> int:
        return self.grid[0] * self.grid[1]


# Table I of the paper (Audio-JEPA, Tuncay et al. 2025) and its ViT-B encoder.
FULL = Preset(rate=32_000, seconds=10.0, mels=128, frames=256, patch=16,
              dim=768, depth=12, heads=12, width=384, predictor_depth=6, predictor_heads=12)

# Small enough to commit, with every mechanism of the full one: 2 zero rows, 8 x 4 patches,
# different head counts in encoder (3 x 8) and predictor (2 x 8).
GOLDEN = Preset(rate=8_000, seconds=1.0, mels=16, frames=32, patch=4,
                dim=24, depth=2, heads=3, width=16, predictor_depth=2, predictor_heads=2)
