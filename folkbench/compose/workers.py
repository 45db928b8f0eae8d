"""Several processes at one work, on this machine or on a cluster."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from folkbench.errors import FolkbenchError, Missing

Spread = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[Any]]


@contextmanager
def workers(jobs: int, backend: str = "") -> Iterator[Spread]:
    """What calls a function once for each tuple of arguments, here or in several processes; answers as they come."""
    if jobs <= 1 and not backend:
        yield lambda work, calls: (work(*call) for call in calls)
        return
    from joblib import Parallel, delayed, parallel_config

    def spread(work: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        with _deaf():
            found = Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(work)(*call) for call in calls)
        try:
            # `yield from` would close it at once, and joblib warns of work that is left: whoever broke off knows
            for answer in found:  # noqa: UP028
                yield answer
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.close()

    if not backend:
        yield spread
        return
    with _cluster(jobs), parallel_config(backend=backend, n_jobs=jobs):
        yield spread


@contextmanager
def _cluster(jobs: int) -> Iterator[None]:
    """The dask cluster that DASK_SCHEDULER_ADDRESS names, else one of `jobs` processes on this machine."""
    try:
        os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # what its workers say as they are stopped
        import dask
        from distributed import Client
    except ImportError as error:
        raise Missing("dask isn't installed", "pip install 'folkbench[cluster]'") from error
    address = dask.config.get("scheduler-address", None)
    local = {} if address else {"n_workers": max(1, jobs), "threads_per_worker": 1, "dashboard_address": None}
    try:
        with _deaf():
            client = Client(address, **local)
        with client:
            yield
    except OSError as error:
        raise FolkbenchError(f"there is no dask scheduler at {address}", "start one with: dask scheduler") from error


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are begun inside don't hear a Ctrl-C: it is ours, comes when they have begun, and we stop them.

    They inherit that it is held back. Those that track what they share, begun among them, would let it through.
    """
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as lokys

    resource_tracker.ensure_running()
    lokys.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
