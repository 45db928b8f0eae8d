"""One training over several processes, on several GPUs or machines: `torchrun -m folkbench train ...`.

Each process holds the whole network and takes its share of every batch; DistributedDataParallel adds up their
gradients. Without torchrun a process is a team of one, and nothing here costs anything. torchrun itself looks up the
machine's name if it is given `--standalone`; where no network knows that, say `--local-addr 127.0.0.1` as well.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn, TypeVar

import torch
import torch.distributed as together
from torch import nn
from torch.nn.parallel import DistributedDataParallel

_T = TypeVar("_T")


def rank() -> int:
    """Which process this is, from 0; only process 0 writes files and speaks."""
    return int(os.environ.get("RANK", "0"))


def size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def device() -> torch.device:
    """Where this process computes: its own GPU, or the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("cpu")


@contextmanager
def joined() -> Iterator[None]:
    """While this lasts the processes can speak to each other."""
    if size() == 1:
        yield
        return
    if os.environ.get("LOCAL_WORLD_SIZE") == os.environ["WORLD_SIZE"]:
        _speak_at_home()
    # where a network practises, the others wait as long as the first hears what it writes
    together.init_process_group("nccl" if device().type == "cuda" else "gloo", timeout=timedelta(days=1))
    try:
        yield
        together.barrier()  # nobody leaves while another still speaks
    finally:
        gc.collect()  # a network that is spread lies in a ring of references, and must let go of the group first
        together.destroy_process_group()


def leave() -> NoReturn:
    """End this process where the others go on without it.

    At once: gloo's threads now and then abort a process that ends the long way, and torchrun would stop them all.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def spread(network: nn.Module) -> nn.Module:
    """The network as it is to be called in training: its gradients are the mean over the team's."""
    if size() == 1:
        return network
    return DistributedDataParallel(network, device_ids=[device()] if device().type == "cuda" else None)


def summed(*values: float) -> list[float]:
    """Each value added up over the team."""
    if size() == 1:
        return list(values)
    shared = torch.tensor(values, dtype=torch.float64, device=device())
    together.all_reduce(shared)
    found: list[float] = shared.tolist()
    return found


def of_first(values: Sequence[float]) -> list[float]:
    """What process 0 has; the others' own values don't count."""
    if size() == 1:
        return list(values)
    shared = torch.tensor(values, dtype=torch.float64, device=device())
    together.broadcast(shared, 0)
    found: list[float] = shared.tolist()
    return found


def told(value: _T | None) -> _T | None:
    """What process 0 has to tell; the others' own values don't count."""
    if size() == 1:
        return value
    held = [value]
    together.broadcast_object_list(held, 0)
    return held[0]


def _speak_at_home() -> None:
    """Let processes of one machine speak over its loopback: gloo would look up its name, which may be unknown."""
    names = [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")]
    if names:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", names[0])
