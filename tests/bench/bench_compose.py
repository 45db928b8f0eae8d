"""Composing: tokens a second, grammar and drawing included, beside folk-rnn's published sampler and torch's LSTM.

The published sampler's arithmetic is numpy float32, every gate's two products by themselves, one token at a time (the
formulas stand in `folkbench/model/network.py`); ours is the shipped network at work, with what it recalls, the grammar
and the guard of four bars, finished tunes replaced at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from folkbench.compose import Composer
from folkbench.compose.drawing import draw
from folkbench.compose.masks import BAR
from folkbench.compose.request import Request
from folkbench.compose.sampling import sample
from folkbench.model.checkpoint import WEIGHTS, Checkpoint, find, load
from folkbench.whence import Guard, open_guard

TOKENS = 1500  # a peer's; ours are as many as its tunes have
ALONE, TOGETHER = 8, 1024  # tunes


def published(checkpoint: Checkpoint) -> Callable[[], float]:
    """The published sampler: tokens a second of one stream."""
    hidden, layers = checkpoint.hidden, checkpoint.layers
    cut = {name: weight.T.copy() for name, weight in checkpoint.weights.items() if weight.ndim == 2}
    gates = [
        [
            (
                cut[f"W_x{layer}"][:, gate * hidden : (gate + 1) * hidden].copy(),
                cut[f"W_h{layer}"][:, gate * hidden : (gate + 1) * hidden].copy(),
                checkpoint.weights[f"b{layer}"][gate * hidden : (gate + 1) * hidden],
            )
            for gate in range(4)
        ]
        for layer in range(1, layers + 1)
    ]
    one_hots = np.eye(len(checkpoint.vocabulary), dtype=np.float32)
    out, bias = cut["V"], checkpoint.weights["v"]

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    def run() -> float:
        rng = np.random.default_rng(1)
        h, c = np.zeros((layers, hidden), np.float32), np.zeros((layers, hidden), np.float32)
        token = 0
        start = time.perf_counter()
        for _ in range(TOKENS):
            x = one_hots[token]
            for layer, (wi, wf, wc, wo) in enumerate(gates):
                i = sigmoid(x @ wi[0] + h[layer] @ wi[1] + wi[2])
                f = sigmoid(x @ wf[0] + h[layer] @ wf[1] + wf[2])
                c[layer] = f * c[layer] + i * np.tanh(x @ wc[0] + h[layer] @ wc[1] + wc[2])
                o = sigmoid(x @ wo[0] + h[layer] @ wo[1] + wo[2])
                h[layer] = o * np.tanh(c[layer])
                x = h[layer]
            logits = x @ out + bias
            p = np.exp(logits - logits.max()).astype(float)
            token = int(rng.choice(len(p), p=p / p.sum()))
        return TOKENS / (time.perf_counter() - start)

    return run


def torch_lstm(checkpoint: Checkpoint, streams: int) -> Callable[[], float]:
    """torch's own LSTM of that size, a step at a time: tokens a second."""
    import torch

    size, hidden = len(checkpoint.vocabulary), checkpoint.hidden
    lstm, dense = torch.nn.LSTM(size, hidden, checkpoint.layers), torch.nn.Linear(hidden, size)
    steps = max(TOKENS // streams, 30)

    @torch.inference_mode()
    def run() -> float:
        state = None
        token = torch.zeros(streams, dtype=torch.long)
        start = time.perf_counter()
        for _ in range(steps):
            y, state = lstm(torch.nn.functional.one_hot(token, size).float()[None], state)
            token = torch.multinomial(torch.softmax(dense(y[0]), -1), 1)[:, 0]
        return steps * streams / (time.perf_counter() - start)

    return run


def ours(composer: Composer, guard: Guard, tunes: int, streams: int, first: int = 1) -> float:
    """Tokens a second, the whole way."""
    requests = [Request(1, k) for k in range(first, first + tunes)]
    start = time.perf_counter()
    drawn = sample(composer.network, composer.masks, requests, streams=streams, guard=guard)
    made = sum(len(one.tokens) for one in drawn)
    return made / (time.perf_counter() - start)


def bare(composer: Composer, guard: Guard, streams: int, steps: int = 160) -> dict[str, float]:
    """Milliseconds a step of each part: random notes are taken, as many as a tune has."""
    pitches = np.array(composer.vocabulary.of_kind("pitch"))
    numbers = np.full(streams, composer.masks.start())
    h, c = composer.network.rest(streams)
    recall, watch = composer.network.recall, guard.watch(streams)
    memory = recall.memory(streams) if recall else None
    chances = np.full(streams, 0.5, np.float32)
    rng = np.random.default_rng(1)
    taken = dict.fromkeys(("network", "recall", "grammar", "guard", "drawing"), 0.0)
    for _ in range(steps):
        tokens = rng.choice(pitches, streams)
        times = [time.perf_counter()]
        logits, h, c = composer.network.step(tokens, h, c)
        times.append(time.perf_counter())
        if recall and memory:
            memory.take(tokens)
            recall.raise_(logits, memory)
        times.append(time.perf_counter())
        barred = composer.masks.barred(numbers, tokens)
        composer.masks.follow(numbers * 0, np.full(streams, composer.vocabulary.of_kind("meter")[0]))
        times.append(time.perf_counter())
        watch.take(tokens)
        barred[watch.forbidden()] = BAR
        times.append(time.perf_counter())
        draw(logits, barred, chances, 1.0)
        times.append(time.perf_counter())
        for name, span in zip(taken, np.diff(times), strict=True):
            taken[name] += span
    return {name: 1000 * seconds / steps for name, seconds in taken.items()}


def best(run: Callable[[], float], times: int = 3) -> float:
    return sorted(run() for _ in range(times))[times // 2]


def main() -> None:
    checkpoint = load(find() / WEIGHTS)
    composer, alone = Composer(), Composer(threads=1)
    guard = open_guard(composer.vocabulary.texts, index=composer.index())
    peer = best(published(checkpoint))
    print(f"published sampler's arithmetic, numpy float32, one stream: {peer:,.0f} tokens/s")
    for what, maker, tunes, streams in (("one stream", alone, ALONE, 1), ("256 streams", composer, TOGETHER, 256)):
        ours(maker, guard, 300, 256)  # the grammar's tables fill
        rate = best(lambda maker=maker, tunes=tunes, streams=streams: ours(maker, guard, tunes, streams))
        line = f"{what}: {rate:,.0f} tokens/s, {rate / peer:.1f} times the published sampler"
        try:
            rival = best(torch_lstm(checkpoint, streams))
            line += f"; torch nn.LSTM float32 {rival:,.0f}: {rate / rival:.1f} times"
        except ImportError:
            line += "; torch isn't on this machine"
        print(line)
    for streams in (1, 256):
        parts = bare(alone if streams == 1 else composer, guard, streams)
        print(f"{streams} streams, a step: " + ", ".join(f"{name} {taken:.3f} ms" for name, taken in parts.items()))
