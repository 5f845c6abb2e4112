"""Writes safetensors: a u64 header length, a JSON header, then the raw little-endian tensors."""

import json
import struct
from pathlib import Path

import torch

DTYPES = {torch.float32: "F32", torch.int32: "I32", torch.int16: "I16"}


def save(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Stores `tensors` in the given order; float64 values are rounded to float32, int64 to int32."""
    header: dict[str, object] = {"__metadata__": metadata}
    chunks: list[bytes] = []
    offset = 0
    for name, tensor in tensors.items():
        stored = narrow(tensor.detach()).contiguous().clone()
        chunk = bytes(stored.untyped_storage())
        header[name] = {"dtype": DTYPES[stored.dtype], "shape": list(stored.shape),
                        "data_offsets": [offset, offset + len(chunk)]}
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors start on an 8-byte boundary
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def narrow(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dtype == torch.float64:
        return tensor.to(torch.float32)
    if tensor.dtype == torch.int64:
        return tensor.to(torch.int32)
    return tensor
