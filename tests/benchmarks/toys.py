"""Toy models: all trained as one against a loop over single models, and against a batch under autograd.

One thread. The loop and the batch are what one writes first: fresh uniform numbers for every model, autograd, AdamW.
"""

from collections.abc import Callable
from functools import partial

from tests.benchmarks.side_by_side import SideBySide, timed

BATCH = 1024
MODELS = 20
SMALL = (20, 5)
NOTEBOOK = (100, 20)
"""Features and dimensions of the notebook that Elhage et al. 2022 published, beside 20 models and batches of 1,024."""
DENSITIES = [0.01 ** (place / (MODELS - 1)) for place in range(MODELS)]


def ours(features: int, dimensions: int, steps: int, seeds: int) -> float:
    """Steps a second of all models, drawing of samples included."""
    import torch

    from superposition.toys import autoencoders
    from superposition.toys.autoencoders import Autoencoders
    from superposition.toys.config import Models, ToyTraining
    from superposition.toys.draws import Draws
    from superposition.toys.instances import Instances

    torch.set_num_threads(1)
    densities = DENSITIES[:: len(DENSITIES) * seeds // MODELS]
    toy = Models(features=features, dimensions=dimensions, densities=densities, seeds=list(range(seeds)))
    instances = Instances(toy)
    first = torch.randn(MODELS, dimensions, features) * (2 / (features + dimensions)) ** 0.5
    names = instances.column("activation"), instances.column("hidden")
    models = Autoencoders(first, None, bias=True, activations=names[0], hidden=names[1])
    of_each = instances.densities[::seeds]
    draws = Draws(of_each, toy.seeds, purpose="benchmark", device=torch.device("cpu"))
    importances = torch.from_numpy(instances.importances).float()

    def batch() -> tuple:
        samples = draws.batch(BATCH)
        return samples, samples

    def train(number: int) -> None:
        autoencoders.train(models, batch, importances, ToyTraining(steps=number))

    return _speed(train, steps)


def plain(features: int, dimensions: int, steps: int, models: int) -> float:
    """Steps a second of all models: one after the other (models: 1), or in a batch under autograd (models: 20)."""
    import torch

    torch.set_num_threads(1)
    densities = torch.tensor(DENSITIES).reshape(-1, models, 1, 1)
    parts = [_plain_step(features, dimensions, of_part) for of_part in densities]

    def train(number: int) -> None:
        for _ in range(number):
            for step in parts:
                step()

    return _speed(train, steps)


def _plain_step(features: int, dimensions: int, density: object) -> Callable[[], None]:
    """An update of models of these densities, a tensor [model, 1, 1]."""
    import torch

    models = len(density)
    scale = (2 / (features + dimensions)) ** 0.5
    weights = torch.nn.Parameter(torch.randn(models, dimensions, features) * scale)
    bias = torch.nn.Parameter(torch.zeros(models, 1, features))
    importance = torch.ones(models, 1, features)
    updates = torch.optim.AdamW([weights, bias], lr=1e-3)

    def step() -> None:
        shape = models, BATCH, features
        samples = torch.where(torch.rand(shape) < density, torch.rand(shape), torch.zeros(()))
        answers = torch.relu(samples @ weights.transpose(1, 2) @ weights + bias)
        loss = (importance * (samples - answers) ** 2).mean(dim=1).sum()
        updates.zero_grad()
        loss.backward()
        updates.step()

    return step


def _speed(train: Callable[[int], None], steps: int) -> float:
    train(5)
    return steps / timed(lambda: train(steps))


BENCHMARKS = [
    *(
        SideBySide(
            f"toys-{MODELS}x{SMALL[0]}-{SMALL[1]}-seeds-{seeds}",
            "steps/s",
            "higher",
            "a loop over single models",
            partial(ours, *SMALL, 300, seeds),
            partial(plain, *SMALL, 50, 1),
            repeats=3,
        )
        for seeds in (1, MODELS)
    ),
    SideBySide(
        f"toys-{MODELS}x{NOTEBOOK[0]}-{NOTEBOOK[1]}",
        "steps/s",
        "higher",
        "the same models in a batch under autograd",
        partial(ours, *NOTEBOOK, 100, 1),
        partial(plain, *NOTEBOOK, 30, MODELS),
        repeats=3,
    ),
]
