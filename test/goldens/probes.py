"""Writes probes.safetensors: `python3 test/goldens/probes.py` (needs torch and scikit-learn).

What the evaluation computes, on fixed features: kNN, the metrics, and the training of each probe. All in float64.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy
import torch
from sklearn.metrics import average_precision_score, f1_score
from torch import Tensor, nn
from torch.nn import functional as F

import tensorfile

HERE = Path(__file__).parent
DIM, CLASSES, BANK, QUERIES = 12, 5, 75, 40
EPOCHS, BATCH = 40, 16
K, TEMPERATURE = 10, 0.07

Weights = dict[str, Tensor]
Tensors = dict[str, Tensor]


def rounded(x: Tensor) -> Tensor:
    """What is stored in float32 and read back as an input must be exact there."""
    return x.float().double()


def features(generator: torch.Generator, labels: Tensor) -> Tensor:
    """Classes around centres of their own, all far from the origin: there the two kinds of kNN differ."""
    centres = torch.randn(CLASSES, DIM, generator=generator)
    offset = 3 * torch.randn(DIM, generator=generator)
    return rounded(offset + centres[labels] + 1.5 * torch.randn(len(labels), DIM, generator=generator))


def knn(bank: Tensor, labels: Tensor, queries: Tensor, kind: str) -> Tensor:
    """[queries]; X-ARES normalises the transposed bank along its axis 1, which is that of the samples."""
    known = F.normalize(bank.T, dim=1) if kind == "xares" else F.normalize(bank, dim=1).T
    similar, nearest = (F.normalize(queries, dim=1) @ known).topk(K)
    votes = F.one_hot(labels[nearest], CLASSES) * F.softmax(similar / TEMPERATURE, 1)[..., None]
    return votes.sum(1).argmax(1)


def epoch_rate(epoch: int, epochs: int, lr: float = 1e-3) -> float:
    return lr + (0.1 * lr - lr) / 2 * (1 - math.cos(math.pi * epoch / epochs))


def trained(weights: Weights, optimizer: torch.optim.Optimizer, steps: list[tuple[float, Callable[[], Tensor]]]) -> Tensor:
    """The loss of each step, before its update; a step is its learning rate and its loss."""
    losses = []
    for lr, loss_of in steps:
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def leaves(weights: Weights) -> Weights:
    return {name: rounded(w).requires_grad_() for name, w in weights.items()}


def stored(prefix: str, weights: Weights) -> Tensors:
    return {f"{prefix}.start.{name}": w.detach().clone() for name, w in weights.items()}


def linear(generator: torch.Generator, name: str, x: Tensor, target: Tensor, queries: Tensor,
           criterion: Callable[[Tensor, Tensor], Tensor]) -> Tensors:
    """LayerNorm and Linear by Adam, the last batch of an epoch smaller than the others."""
    head = nn.Linear(DIM, CLASSES)
    weights = leaves({"ln.weight": torch.ones(DIM), "ln.bias": torch.zeros(DIM), "fc.weight": head.weight.data, "fc.bias": head.bias.data})
    out = stored(name, weights)

    def logits(rows: Tensor) -> Tensor:
        normed = F.layer_norm(rows, (DIM,), weights["ln.weight"], weights["ln.bias"])
        return F.linear(normed, weights["fc.weight"], weights["fc.bias"])

    order = torch.stack([torch.randperm(len(x), generator=generator) for _ in range(EPOCHS)])
    steps = [(epoch_rate(epoch, EPOCHS), lambda rows=rows: criterion(logits(x[rows]), target[rows]))
             for epoch in range(EPOCHS) for rows in order[epoch].split(BATCH)]
    out |= {f"{name}.order": order, f"{name}.loss": trained(weights, torch.optim.Adam(weights.values()), steps)}
    return out | {f"{name}.logits": logits(queries)}


def attentive(generator: torch.Generator) -> Tensors:
    """V-JEPA's pooler with one query, complete block; AdamW by a cosine to 0."""
    heads, times, batch, count = 3, 5, 8, 10
    draw = lambda *shape: 0.2 * torch.randn(*shape, generator=generator)
    weights = leaves({
        "pooler.query": draw(1, DIM), "pooler.norm1.weight": 1 + draw(DIM), "pooler.norm1.bias": draw(DIM),
        "pooler.q.weight": draw(DIM, DIM), "pooler.q.bias": draw(DIM), "pooler.kv.weight": draw(2 * DIM, DIM), "pooler.kv.bias": draw(2 * DIM),
        "pooler.norm2.weight": 1 + draw(DIM), "pooler.norm2.bias": draw(DIM),
        "pooler.mlp.fc1.weight": draw(4 * DIM, DIM), "pooler.mlp.fc1.bias": draw(4 * DIM),
        "pooler.mlp.fc2.weight": draw(DIM, 4 * DIM), "pooler.mlp.fc2.bias": draw(DIM),
        "fc.weight": draw(CLASSES, DIM), "fc.bias": draw(CLASSES),
    })
    out = stored("attentive", weights)
    x = rounded(torch.randn(count, batch, times, DIM, generator=generator))
    length = torch.randint(1, times + 1, (count, batch), generator=generator)
    labels = torch.randint(0, CLASSES, (count, batch), generator=generator)
    w = weights

    def logits(rows: Tensor, valid: Tensor) -> Tensor:
        normed = F.layer_norm(rows, (DIM,), w["pooler.norm1.weight"], w["pooler.norm1.bias"])
        keys = F.linear(normed, w["pooler.kv.weight"], w["pooler.kv.bias"])
        k, v = keys.unflatten(-1, (2, heads, DIM // heads)).permute(2, 0, 3, 1, 4)  # [B, heads, T, K] each
        q = F.linear(w["pooler.query"], w["pooler.q.weight"], w["pooler.q.bias"]).unflatten(-1, (heads, 1, DIM // heads))
        inside = torch.arange(times)[None, :] < valid[:, None]
        found = F.scaled_dot_product_attention(q.expand(len(rows), -1, -1, -1), k, v, attn_mask=inside[:, None, None, :])
        h = w["pooler.query"] + found.squeeze(2).flatten(1)
        normed = F.layer_norm(h, (DIM,), w["pooler.norm2.weight"], w["pooler.norm2.bias"])
        hidden = F.gelu(F.linear(normed, w["pooler.mlp.fc1.weight"], w["pooler.mlp.fc1.bias"]))
        h = h + F.linear(hidden, w["pooler.mlp.fc2.weight"], w["pooler.mlp.fc2.bias"])
        return F.linear(h, w["fc.weight"], w["fc.bias"])

    optimizer = torch.optim.AdamW([{"params": [p for p in weights.values() if p.dim() > 1], "weight_decay": 0.01},
                                   {"params": [p for p in weights.values() if p.dim() == 1], "weight_decay": 0.0}])
    steps = [(1e-3 * 0.5 * (1 + math.cos(math.pi * (s + 1) / count)), lambda s=s: F.cross_entropy(logits(x[s], length[s]), labels[s]))
             for s in range(count)]
    return out | {"attentive.features": x, "attentive.length": length, "attentive.labels": labels,
                  "attentive.loss": trained(weights, optimizer, steps)}


def retrieval(generator: torch.Generator) -> Tensors:
    """Two towers, products times a learned factor, X-ARES's penalty on large embeddings; Adam."""
    hidden, words, length, batch, count = 16, 20, 6, 7, 8
    draw = lambda *shape: 0.3 * torch.randn(*shape, generator=generator)
    weights = leaves({
        "audio.ln.weight": 1 + draw(DIM), "audio.ln.bias": draw(DIM),
        "audio.mlp.fc1.weight": draw(hidden, DIM), "audio.mlp.fc1.bias": draw(hidden),
        "audio.mlp.fc2.weight": draw(hidden, hidden), "audio.mlp.fc2.bias": draw(hidden),
        "captions.embedding": draw(words, hidden),
        "captions.mlp.fc1.weight": draw(hidden, hidden), "captions.mlp.fc1.bias": draw(hidden),
        "captions.mlp.fc2.weight": draw(hidden, hidden), "captions.mlp.fc2.bias": draw(hidden),
        "scale.log_scale": torch.tensor([math.log(1 / 0.07)]),
    })
    out = stored("retrieval", weights)
    x = rounded(torch.randn(count, batch, DIM, generator=generator))
    tokens = torch.randint(1, words, (count, batch, length), generator=generator)
    tokens *= torch.arange(length) < torch.randint(2, length + 1, (count, batch, 1), generator=generator)
    w = weights

    def tower(name: str, rows: Tensor) -> Tensor:
        inner = F.gelu(F.linear(rows, w[f"{name}.mlp.fc1.weight"], w[f"{name}.mlp.fc1.bias"]))
        return F.linear(inner, w[f"{name}.mlp.fc2.weight"], w[f"{name}.mlp.fc2.bias"])

    def loss(s: int) -> Tensor:
        a = tower("audio", F.layer_norm(x[s], (DIM,), w["audio.ln.weight"], w["audio.ln.bias"]))
        real = (tokens[s] != 0).double()[..., None]
        t = (tower("captions", w["captions.embedding"][tokens[s]]) * real).sum(1) / real.sum(1)
        similar = w["scale.log_scale"].exp() * (a @ t.T)
        pairs = torch.arange(batch)
        small = sum(e.abs().mean() / e.square().sum().sqrt() for e in (a, t))
        return (F.cross_entropy(similar, pairs) + F.cross_entropy(similar.T, pairs)) / 2 + small

    steps = [(epoch_rate(s // 4, 2), lambda s=s: loss(s)) for s in range(count)]  # 2 epochs of 4 steps
    return out | {"retrieval.features": x, "retrieval.tokens": tokens,
                  "retrieval.loss": trained(weights, torch.optim.Adam(weights.values()), steps)}


def average_precision(generator: torch.Generator) -> tuple[Tensors, dict[str, float]]:
    """Rounded scores, so that some are equal; the last class has no positive."""
    scores = (torch.randn(60, CLASSES, generator=generator) * 3).round() / 3
    targets = (torch.rand(60, CLASSES, generator=generator) < 0.3).double()
    targets[:, -1] = 0
    scores = rounded(scores + 0.5 * targets)
    return {"map.scores": scores, "map.targets": targets}, {"map": average_precision_score(targets.numpy(), scores.numpy())}


def segment_f1(generator: torch.Generator) -> tuple[Tensors, dict[str, float]]:
    """Clips of different lengths, 3 frames a segment: what is left over does not count."""
    lengths = [9, 11, 4, 16]
    logits = [rounded(torch.randn(n, CLASSES, generator=generator) - 0.5) for n in lengths]
    targets = [(torch.rand(n, CLASSES, generator=generator) < 0.2).double() for n in lengths]
    for target in targets:
        target[:, -1] = 0
    pooled = lambda clips: torch.cat([F.max_pool1d(clip.T, 3).T for clip in clips]).long().numpy()
    heard, there = pooled([clip.sigmoid().round() for clip in logits]), pooled(targets)
    facts = {average: f1_score(there, heard, average=average, zero_division=0) for average in ("macro", "micro")}
    return {"f1.lengths": torch.tensor(lengths), "f1.logits": torch.cat(logits), "f1.targets": torch.cat(targets)}, facts


def recall(generator: torch.Generator) -> tuple[Tensors, dict[str, float]]:
    clips, each = 20, 5
    audio = rounded(torch.randn(clips, DIM, generator=generator))
    captions = rounded(audio.repeat_interleave(each, 0) + 1.3 * torch.randn(clips * each, DIM, generator=generator))
    similar = F.normalize(audio, dim=1) @ F.normalize(captions, dim=1).T
    by_clip = (similar.argmax(1) // each == torch.arange(clips)).double().mean()
    by_caption = (similar.argmax(0) == torch.arange(clips * each) // each).double().mean()
    return {"recall.audio": audio, "recall.captions": captions}, {"recall": ((by_clip + by_caption) / 2).item()}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(BANK + QUERIES) % CLASSES
    x = features(generator, labels)
    bank, queries = x[:BANK], x[BANK:]
    many = (torch.rand(BANK, CLASSES, generator=generator) < 0.3).double()
    tensors: Tensors = {"bank": bank, "queries": queries}
    tensors |= {f"knn.{kind}": knn(bank, labels[:BANK], queries, kind) for kind in ("xares", "cosine")}
    tensors |= linear(generator, "linear", bank, labels[:BANK], queries, F.cross_entropy)
    weighted = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0))
    tensors |= {"multi.targets": many} | linear(generator, "multi", bank, many, queries, weighted)
    tensors |= attentive(generator) | retrieval(generator)
    facts: dict[str, float] = {"batch": BATCH, "epochs": EPOCHS}
    for more, scores in (average_precision(generator), segment_f1(generator), recall(generator)):
        tensors |= more
        facts |= scores
    facts["accuracy"] = (tensors["linear.logits"].argmax(1) == labels[BANK:]).double().mean().item()
    tensorfile.save(HERE / "probes.safetensors", tensors, {"format": "jepac-golden", **{key: json.dumps(float(value)) for key, value in facts.items()}})
    agree = (tensors["knn.xares"] == tensors["knn.cosine"]).double().mean().item()
    print(f"numpy {numpy.__version__}, torch {torch.__version__}: {facts}; the kNNs agree on {agree:.0%}; "
          f"losses {tensors['linear.loss'][0]:.3f} -> {tensors['linear.loss'][-1]:.3f}")


if __name__ == "__main__":
    main()
