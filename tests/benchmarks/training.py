"""Training speed: the pipeline's loop against plain PyTorch loops, and against the bare step that none can beat.

ResNet-18 with torchvision's stem, 32-pixel images, batches of 128, bf16, random crop and flip, all cores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from tests.benchmarks.side_by_side import SideBySide

BATCH = 128
STEPS = 60
WARM_UP = 10


def images_and_labels() -> tuple[np.ndarray, np.ndarray]:
    """Random images uint8 [sample, y, x, RGB] and labels."""
    random = np.random.default_rng(0)
    n = BATCH * STEPS
    return random.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8), random.integers(0, 10, n)


def pipeline() -> float:
    """Images a second of `Trainer.fit`, in the second of two epochs."""
    import torch

    from superposition import networks, optimisers, training
    from superposition.augmentation import Batches
    from superposition.config import Training

    images, labels = images_and_labels()
    settings = Training(epochs=2, batch_size=BATCH, augment=["crop", "flip"], precision="bf16")
    network = networks.build("resnet18", classes=10).to(memory_format=torch.channels_last)
    trainer = training.Trainer(network, optimisers.make(network, settings.optimiser), settings)
    half = torch.tensor([0.5, 0.5, 0.5])
    batches = Batches(torch.from_numpy(images), mean=half, std=half, augment=settings.augment)
    *_, last = trainer.fit(batches, torch.from_numpy(labels), torch.Generator().manual_seed(0))
    return last.images_per_s


def bare_step() -> float:
    """Images a second of forward, backward and update on one batch that is always in place."""
    import torch

    network, optimiser, criterion = plain_parts()
    images = torch.randn(BATCH, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (BATCH,))
    for step in range(WARM_UP + STEPS):
        if step == WARM_UP:
            started = perf_counter()
        plain_step(network, optimiser, criterion, images, labels)
    return BATCH * STEPS / (perf_counter() - started)


@dataclass
class InMemory:
    """A dataset for a DataLoader: PIL images, labels, and the transform of an image."""

    images: list
    labels: list[int]
    transform: Callable

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> tuple:
        return self.transform(self.images[row]), self.labels[row]


def data_loader(workers: int) -> float:
    """Images a second of the usual loop: PIL images in memory, torchvision's transforms, a DataLoader."""
    import torch
    from PIL import Image
    from torchvision.transforms import v2

    prepare = [v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip(), v2.PILToTensor()]
    scale = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]
    images, labels = images_and_labels()
    data = InMemory([Image.fromarray(image) for image in images], labels.tolist(), v2.Compose([*prepare, *scale]))
    network, optimiser, criterion = plain_parts()
    context = "fork" if workers else None
    loader = torch.utils.data.DataLoader(
        data, BATCH, shuffle=True, num_workers=workers, multiprocessing_context=context
    )
    for step, (images, labels) in enumerate(loader):
        if step == WARM_UP:
            started = perf_counter()
        plain_step(network, optimiser, criterion, images.contiguous(memory_format=torch.channels_last), labels)
    return BATCH * (STEPS - WARM_UP) / (perf_counter() - started)


def plain_parts() -> tuple:
    """Network, optimiser and loss as a careful plain loop has them: channels last, fused update."""
    import torch
    import torchvision

    network = torchvision.models.resnet18(num_classes=10).to(memory_format=torch.channels_last).train()
    return network, torch.optim.Adam(network.parameters(), lr=1e-3, fused=True), torch.nn.CrossEntropyLoss()


def plain_step(network, optimiser, criterion, images, labels) -> None:
    """One update in bf16."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        loss = criterion(network(images), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


BENCHMARKS = [
    SideBySide(
        "training-bare-step", "images/s", "higher", "one batch in place: no loop can beat it", pipeline, bare_step
    ),
    *(
        SideBySide(
            f"training-loader-{workers}",
            "images/s",
            "higher",
            f"a plain loop: DataLoader with {workers} workers",
            pipeline,
            partial(data_loader, workers),
        )
        for workers in (0, 1, 2)
    ),
]
