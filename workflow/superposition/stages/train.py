"""Train one network for one round."""

import csv
import logging
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from superposition import images as image_files
from superposition import networks, streams
from superposition import samples as sample_lists
from superposition import training as trainers
from superposition.augmentation import Batches
from superposition.config import Training
from superposition.devices import best_device
from superposition.errors import InputError
from superposition.files import replacing

log = logging.getLogger(__name__)


def run(
    *,
    images: Path,
    samples: list[Path],
    begin: list[Path],
    training: Training,
    seed: int,
    round: int,
    member: int,
    checkpoint: Path,
    optimiser: Path,
    history: Path,
) -> None:
    """Train one network for one round.

    samples: the lists that the round trains on. begin: nothing for random weights; a weights file for all but the head;
    a checkpoint and an optimiser state to go on from both. member: of the round's committee; 1 is the network that is
    measured.
    """
    device = best_device()
    data = image_files.describe(images)
    network = networks.build(
        training.network,
        classes=len(data.classes),
        stem=training.stem,
        dropout=training.dropout,
        seed=streams.torch_seed(seed, "weights", member=member),
    )
    network = network.to(device).to(memory_format=torch.channels_last)
    updates = trainers.make_optimiser(network, training.optimiser)
    _go_on_from(begin, network, updates)
    split = image_files.read_split(images, "train", sample_lists.ids_of(images, samples))
    mean, std = torch.from_numpy(data.mean).to(device), torch.from_numpy(data.std).to(device)
    batches = Batches(torch.from_numpy(split.images).to(device), mean=mean, std=std, augment=training.augment)
    order = torch.Generator().manual_seed(streams.torch_seed(seed, "order", round, member))
    torch.manual_seed(streams.torch_seed(seed, "dropout", round, member))
    epochs = trainers.Trainer(network, updates, training).fit(batches, torch.from_numpy(split.labels).to(device), order)
    _write_history(epochs, training.epochs, history)
    trainers.save(network.state_dict(), checkpoint)
    trainers.save(updates.state_dict(), optimiser)


def _go_on_from(begin: list[Path], network: nn.Module, updates: torch.optim.Optimizer) -> None:
    match begin:
        case []:
            pass
        case [weights]:
            networks.load_weights(network, weights)
        case [network_before, updates_before]:
            networks.load_checkpoint(network, network_before)
            trainers.load_optimiser(updates, updates_before)
        case _:
            raise InputError(
                f"begin: {len(begin)} files; give none, one of weights, or a checkpoint and an optimiser state"
            )


def _write_history(epochs: Iterator[trainers.Epoch], last: int, history: Path) -> None:
    """A row an epoch, and a line in the log as soon as the epoch is over."""
    with replacing(history) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(trainers.Epoch._fields)
        for epoch in epochs:
            rows.writerow(epoch)
            log.info(
                f"epoch {epoch.epoch}/{last}  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.1%}  "
                f"{epoch.images_per_s:.0f} images/s  {epoch.seconds * (last - epoch.epoch):.0f} s left"
            )
