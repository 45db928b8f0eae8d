"""The folk-rnn network in torch: the one that trains.

A one-hot token enters three LSTM layers of 512 units without peepholes, each gate with one bias; a dense
softmax layer gives the next token's logits. With sigma the logistic function, for layer l (x is the one-hot
token for layer 1, h of the layer below for the others):

    i = sigma(W_xi x + W_hi h' + b_i)        f = sigma(W_xf x + W_hf h' + b_f)
    g = tanh(W_xc x + W_hc h' + b_c)         c = f * c' + i * g
    o = sigma(W_xo x + W_ho h' + b_o)        h = o * tanh(c)
    logits = V h3 + v

(Sturm, Santos, Ben-Tal, Korshunova, "Music transcription modelling and composition using deep learning",
2016.) The four gates of a layer lie one below the other in the order i, f, c, o, so that one product makes them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from folkbench.model import recall

State = tuple[Tensor, Tensor]
"""h and c of every layer, each (layers, batch, hidden)."""

Recalled = tuple[Tensor, Tensor, Tensor]
"""The tokens that the tune so far offers, how long the agreements are, and the bar lines since (steps, batch, 2)."""


class Said(NamedTuple):
    """What the network says behind some tokens."""

    logits: Tensor
    """Of the next token, (steps, batch, vocabulary)."""
    state: State
    """After the last step."""
    counted: tuple[Tensor, ...]
    """Logits of each counter's answers, (steps, batch, answers)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is. At a vocabulary of 137 the published one has 5,599,881 parameters."""

    vocabulary: int
    layers: int = 3
    hidden: int = 512
    recall: bool = False
    """Whether it recalls the tune so far (`recall.py`): 544 more."""
    counters: tuple[int, ...] = ()
    """What training asks of h3 besides the next token, each with so many answers. Not counted above, not kept."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What training takes away at random, so that a small corpus isn't learned by heart.

    output: share of h dropped behind each LSTM layer, the last included (Srivastava et al. 2014).
    locked: one mask a sequence instead of one a step (Gal & Ghahramani 2016).
    recurrent: share of the weights W_h dropped for a whole batch (weight drop; Merity et al. 2018, AWD-LSTM).
    """

    output: float = 0.5
    locked: bool = False
    recurrent: float = 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """How the weights begin: W_x Glorot-uniform per gate times a gain, W_h orthogonal per gate, biases 0 but b_f.

    Glorot's rule takes its inputs for dense ones of unit size. A one-hot token is a single 1, and h of a fresh
    layer is small, so with gain 1 almost nothing reaches the third layer and training idles for epochs;
    `token_gain` and `layer_gain` lift layer 1 and the layers above it.
    """

    forget_bias: float = 1.0
    token_gain: float = 1.0
    layer_gain: float = 1.0


class Network(nn.Module):
    """Three LSTM layers and a softmax layer; its parameters carry the names of the checkpoint (`W_x1` ... `v`)."""

    no_bias: Tensor

    def __init__(self, shape: Shape, noise: Noise = Noise(), start: Start = Start()) -> None:
        super().__init__()
        self.shape = shape
        self.noise = noise
        size = shape.hidden
        for layer in range(1, shape.layers + 1):
            inputs = shape.vocabulary if layer == 1 else size
            gain = start.token_gain if layer == 1 else start.layer_gain
            bias = torch.zeros(4 * size)
            bias[size : 2 * size] = start.forget_bias
            self.register_parameter(f"W_x{layer}", nn.Parameter(_glorot(inputs, size, gain)))
            self.register_parameter(f"W_h{layer}", nn.Parameter(_orthogonal(size)))
            self.register_parameter(f"b{layer}", nn.Parameter(bias))
        self.V = nn.Parameter(nn.init.xavier_uniform_(torch.empty(shape.vocabulary, size)))
        self.v = nn.Parameter(torch.zeros(shape.vocabulary))
        self.register_parameter(recall.RECALL, nn.Parameter(torch.from_numpy(recall.start())) if shape.recall else None)
        self.counter = nn.Linear(size, sum(shape.counters)) if shape.counters else None
        # torch's LSTM wants a second bias; ours has one, so this one is zero and no parameter
        self.register_buffer("no_bias", torch.zeros(4 * size), persistent=False)

    def kept(self) -> list[str]:
        """Names of the parameters that a checkpoint keeps: all but the counters'."""
        return [name for name, _ in self.named_parameters() if not name.startswith("counter.")]

    def forward(self, tokens: Tensor, state: State | None = None, recalled: Recalled | None = None) -> Said:
        """What the network says behind each of `tokens` (steps, batch) int64, and with `recalled` what it recalls."""
        h3, after = self._flow(tokens, state)
        counted = self.counter(h3).split(self.shape.counters, dim=-1) if self.counter is not None else ()
        logits = nn.functional.linear(h3, self.V, self.v)
        return Said(self._raised(logits.float(), recalled) if recalled else logits, after, counted)

    def rest(self, batch: int) -> State:
        """The state a sequence starts from: all zero."""
        zero = self.V.new_zeros(self.shape.layers, batch, self.shape.hidden)
        return zero, zero

    def _flow(self, tokens: Tensor, state: State | None) -> tuple[Tensor, State]:
        """h of the last layer (steps, batch, hidden), thinned in training, and the state after the last step."""
        h, c = self.rest(tokens.shape[1]) if state is None else state
        flow = nn.functional.one_hot(tokens, self.shape.vocabulary).to(self.V.dtype)
        after: list[State] = []
        for layer in range(1, self.shape.layers + 1):
            before = (h[layer - 1 : layer], c[layer - 1 : layer])
            flow, *end = torch.lstm(flow, before, self._weights(layer), True, 1, 0.0, self.training, False, False)
            after.append((end[0], end[1]))
            if self.training:
                flow = self._thinned(flow)
        return flow, (torch.cat([h for h, _ in after]), torch.cat([c for _, c in after]))

    def _raised(self, logits: Tensor, recalled: Recalled) -> Tensor:
        """The logits with what is recalled, as `recall.Recall.raise_` does it."""
        tokens, lengths, bars = recalled
        own = logits.gather(-1, tokens)
        table = nn.functional.pad(self.get_parameter(recall.RECALL), (1, 0))
        place = torch.arange(2, device=tokens.device)
        b, a = table[bars, place, 0, lengths], table[bars, place, 1, lengths]
        return logits.scatter_add(-1, tokens, b + a * (own - logits.amax(-1, keepdim=True)))

    def _weights(self, layer: int) -> list[Tensor]:
        recurrent: Tensor = self.get_parameter(f"W_h{layer}")
        if self.training and self.noise.recurrent:
            recurrent = recurrent * _kept(recurrent.shape, self.noise.recurrent, recurrent.device)
        return [self.get_parameter(f"W_x{layer}"), recurrent, self.get_parameter(f"b{layer}"), self.no_bias]

    def _thinned(self, flow: Tensor) -> Tensor:
        if not self.noise.output:
            return flow
        shape = (1, *flow.shape[1:]) if self.noise.locked else flow.shape
        return flow * _kept(torch.Size(shape), self.noise.output, flow.device).to(flow.dtype)


def _kept(shape: torch.Size, dropped: float, device: torch.device) -> Tensor:
    """A mask of zeros and 1 / (share kept). Eight random bytes are drawn at once, as drawing is a sixth of training
    otherwise; `dropped` is therefore exact to 1/256."""
    count = shape.numel()
    words = torch.empty((count + 7) // 8, dtype=torch.int64, device=device).random_(-(2**63), None)
    drawn = words.view(torch.uint8)[:count]
    limit = round(dropped * 256)
    return (drawn >= limit).view(shape).float().mul_(256 / (256 - limit))


def _glorot(inputs: int, size: int, gain: float) -> Tensor:
    """Four gates (4 * size, inputs), uniform within gain * sqrt(6 / (inputs + size)) (Glorot & Bengio 2010)."""
    limit = gain * (6 / (inputs + size)) ** 0.5
    return torch.empty(4 * size, inputs).uniform_(-limit, limit)


def _orthogonal(size: int) -> Tensor:
    """Four gates (4 * size, size), each an orthogonal matrix (Saxe et al. 2014)."""
    return torch.cat([nn.init.orthogonal_(torch.empty(size, size)) for _ in range(4)])
