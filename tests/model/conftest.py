import pytest


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Networks as small as the tests' lose time by sharing their work."""
    import torch

    torch.set_num_threads(1)
