"""The log-mel front end (Kaldi style), in float64."""

import math

import torch
import torch.nn.functional as F

from preset import Preset

LOG_FLOOR = 1.1920929e-07  # float32 epsilon, as Kaldi has it
PRE_EMPHASIS = 0.97


def normalize(wave: torch.Tensor) -> torch.Tensor:
    """Removes the mean, divides by the peak, then adds 1e-6 to the *signal* (not to the divisor)."""
    centred = wave - wave.mean()
    return centred / centred.abs().max() + 1e-6


def prepare(wave: torch.Tensor, samples: int) -> torch.Tensor:
    """The model's input: the valid samples normalised, then zeros up to `samples`."""
    return F.pad(normalize(wave), (0, samples - wave.numel()))


def mel(hertz: torch.Tensor) -> torch.Tensor:
    return 1127.0 * torch.log1p(hertz / 700.0)


def mel_filters(preset: Preset, fft: int) -> torch.Tensor:
    """[fft / 2, mels]: triangles linear in mel, peak 1; the Nyquist bin is left out."""
    low, high = mel(torch.tensor([preset.f_min, preset.rate / 2], dtype=torch.float64))
    edges = low + (high - low) / (preset.mels + 1) * torch.arange(preset.mels + 2, dtype=torch.float64)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    bins = mel(torch.arange(fft // 2, dtype=torch.float64) * preset.rate / fft)[:, None]
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    return torch.minimum(rising, falling).clamp(min=0.0)


def log_mel(clips: torch.Tensor, preset: Preset) -> torch.Tensor:
    """clips [B, samples] -> [B, frames, mels]; frames that do not exist are rows of 0.0."""
    hop = preset.samples // preset.frames
    window = int(2.5 * hop)
    fft = 2 ** math.ceil(math.log2(window))

    clips = clips.double() - clips.double().mean(dim=-1, keepdim=True)
    frames = clips.unfold(-1, window, hop)  # whole frames only (snip_edges)
    frames = frames - frames.mean(dim=-1, keepdim=True)
    previous = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    frames = frames - PRE_EMPHASIS * previous
    frames = frames * torch.hann_window(window, periodic=False, dtype=torch.float64)

    power = torch.fft.rfft(frames, n=fft).abs().square()[..., : fft // 2]
    bands = (power @ mel_filters(preset, fft)).clamp(min=LOG_FLOOR).log()[:, : preset.frames]
    return F.pad(bands, (0, 0, 0, preset.frames - bands.shape[1]))
