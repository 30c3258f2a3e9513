"""What a job pays before it computes: torch, torchvision and an optimiser, with and without `eager`."""

from functools import partial

from tests.benchmarks.side_by_side import SideBySide, timed


def start_up(eager: bool) -> float:
    """Seconds until a network and its optimiser exist."""

    def work() -> None:
        if eager:
            from superposition import eager as _  # noqa: F401
        import torch
        import torchvision

        torch.optim.Adam(torchvision.models.squeezenet1_1().parameters())

    return timed(work)


BENCHMARKS = [
    SideBySide(
        "start-up",
        "s",
        "lower",
        "the same imports, torch's compiler with them",
        partial(start_up, True),
        partial(start_up, False),
    )
]
