"""A jepac encoder for X-ARES itself (github.com/jimbozhang/xares), from an ONNX export.

    jepac export runs/x --onnx encoder.onnx
    pip install xares onnxruntime
    JEPAC_ONNX=encoder.onnx python -m xares.run --max-jobs 4 examples/xares_encoder.py src/tasks/*.py

The export takes windows of a fixed number of samples and how many of them are real, and gives all tokens of a window.
What X-ARES wants is one vector for each time step: the mean over the tokens (frequency bands) at that time.
"""

import json
import os
from math import ceil
from pathlib import Path

import numpy as np
import onnxruntime
import torch

WINDOWS = 8  # of a run: what fits in memory matters more than how many there are


class JepacEncoder(torch.nn.Module):
    def __init__(self, onnx: str | None = None, build: str | None = None):
        """`build` is the folder of `jepac build`, for exports that do not carry the model's config."""
        super().__init__()
        path = onnx or os.environ["JEPAC_ONNX"]
        providers = onnxruntime.get_available_providers()
        self.session = onnxruntime.InferenceSession(path, providers=providers)
        config = self.config(build or os.environ.get("JEPAC_BUILD"))
        by_rank = {len(port.shape): port for port in self.session.get_inputs()}
        self.clip, self.valid = by_rank[2], by_rank.get(1)
        _, self.tokens, self.output_dim = self.session.get_outputs()[0].shape
        self.samples = self.clip.shape[1]
        self.sampling_rate = int(config["rate"])
        # A spectrogram cut into patches has frames / patch times; without patches, every token is a time.
        self.steps = config["frames"] // config["patch"] if "patch" in config else self.tokens
        self.hop_size_in_ms = 1000 * self.samples / self.sampling_rate / self.steps

    def config(self, build: str | None) -> dict:
        carried = self.session.get_modelmeta().custom_metadata_map.get("config")
        if carried is not None:
            return json.loads(carried)
        if build is None:
            raise ValueError("the export does not carry the model's config: name the build folder with JEPAC_BUILD")
        return json.loads((Path(build) / "plan.json").read_text())["config"]

    def forward(self, audio: torch.Tensor) -> torch.Tensor:
        """[B, T] at `sampling_rate` -> [B, T', D], T' = ceil(T / hop)."""
        audio = audio[None] if audio.ndim == 1 else audio
        return torch.from_numpy(self.features(audio.detach().cpu().numpy().astype(np.float32)))

    def features(self, audio: np.ndarray) -> np.ndarray:
        batch, length = audio.shape
        windows = max(1, ceil(length / self.samples))
        padded = np.zeros((batch, windows * self.samples), np.float32)
        padded[:, :length] = audio
        # The last window's real samples, then its kept steps: padding is no feature.
        real = np.full((batch, windows), self.samples, np.int32)
        real[:, -1] = length - (windows - 1) * self.samples
        kept = (windows - 1) * self.steps + ceil(int(real[0, -1]) * self.steps / self.samples)
        tokens = self.embed(padded.reshape(-1, self.samples), real.reshape(-1))
        in_time = tokens.reshape(batch, windows * self.steps, self.tokens // self.steps, self.output_dim).mean(2)
        return np.ascontiguousarray(in_time[:, :kept])

    def embed(self, clip: np.ndarray, valid: np.ndarray) -> np.ndarray:
        parts = []
        for first in range(0, len(clip), WINDOWS):
            feed = {self.clip.name: clip[first:first + WINDOWS]}
            if self.valid is not None:
                feed[self.valid.name] = valid[first:first + WINDOWS]
            parts.append(self.session.run(None, feed)[0])
        return np.concatenate(parts)
