"""Train one network for one round."""

import csv
import logging
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from superposition import images as image_files
from superposition import networks, optimisers, streams
from superposition import samples as sample_lists
from superposition.arguments import Output
from superposition.augmentation import Batches
from superposition.config import Training
from superposition.devices import best_device
from superposition.errors import InputError
from superposition.files import replacing
from superposition.resuming import Resumable
from superposition.training import Epoch, NotFinite, Trainer, save

log = logging.getLogger(__name__)


class Round(NamedTuple):
    """What a training begins from: the round's images, their labels, and which network of which replicate it is."""

    images: Tensor
    labels: Tensor
    data: image_files.Description
    begin: list[Path]
    seed: int
    round: int
    member: int


def run(
    *,
    images: Path,
    samples: list[Path],
    begin: list[Path],
    training: Training,
    seed: int,
    round: int,
    member: int,
    code: str,
    checkpoint: Output,
    optimiser: Output,
    history: Output,
) -> None:
    """Train one network for one round.

    samples: the lists that the round trains on. begin: nothing for random weights; a weights file for all but the head;
    a checkpoint and an optimiser state to go on from both. member: of the round's committee; 1 is the network that is
    measured. code: digest of the code that trains; a training that was cut off goes on if it is the same.

    Where bf16 or fp16 make a training diverge, the round is trained again at fp32, and the history says so.
    """
    ids = sample_lists.ids_of(images, samples)
    split = image_files.read_split(images, "train", ids)
    pixels, labels = (torch.from_numpy(array).to(best_device()) for array in (split.images, split.labels))
    trained_on = Round(pixels, labels, image_files.describe(images), begin, seed, round, member)
    job = code, training, images, ids.tolist(), seed, round, member, *begin
    with Resumable(checkpoint, *job) as resumable:
        trainer, epochs = _trained(trained_on, training, resumable)
        _write_history(epochs, history)
        save(trainer.network.state_dict(), checkpoint)
        save(trainer.optimiser.state_dict(), optimiser)


def _trained(this: Round, training: Training, resumable: Resumable) -> tuple[Trainer, list[Epoch]]:
    try:
        return _train(this, training, resumable)
    except NotFinite as fault:
        where = f"{fault}, in round {this.round} (training.precision: {training.precision})"
        if training.precision == "fp32":
            raise InputError(f"training.optimiser.lr: {where}; try a tenth of it") from fault
        log.warning("%s; training it again at fp32", where)
    return _trained(this, training.model_copy(update={"precision": "fp32"}), resumable)


def _train(this: Round, training: Training, resumable: Resumable) -> tuple[Trainer, list[Epoch]]:
    """A network trained from the beginning, or from where it was cut off."""
    device, data = this.images.device, this.data
    network = networks.build(
        training.network,
        classes=len(data.classes),
        stem=training.stem,
        dropout=training.dropout,
        seed=streams.torch_seed(this.seed, "weights", member=this.member),
    )
    network = network.to(device).to(memory_format=torch.channels_last)
    trainer = Trainer(network, optimisers.make(network, training.optimiser), training)
    _go_on_from(this.begin, network, trainer.optimiser)
    mean, std = torch.from_numpy(data.mean).to(device), torch.from_numpy(data.std).to(device)
    batches = Batches(this.images, mean=mean, std=std, augment=training.augment)
    order = torch.Generator().manual_seed(streams.torch_seed(this.seed, "order", this.round, this.member))
    torch.manual_seed(streams.torch_seed(this.seed, "dropout", this.round, this.member))
    epochs = []
    for epoch in trainer.fit(batches, this.labels, order, resumable):
        epochs.append(epoch)
        log.info(
            f"epoch {epoch.epoch}/{training.epochs}  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.1%}  "
            f"{epoch.images_per_s:.0f} images/s  {epoch.seconds * (training.epochs - epoch.epoch):.0f} s left"
        )
    return trainer, epochs


def _go_on_from(begin: list[Path], network: nn.Module, updates: torch.optim.Optimizer) -> None:
    match begin:
        case []:
            pass
        case [weights]:
            networks.load_weights(network, weights)
        case [network_before, updates_before]:
            networks.load_checkpoint(network, network_before)
            optimisers.load(updates, updates_before)
        case _:
            raise InputError(
                f"begin: {len(begin)} files; give none, one of weights, or a checkpoint and an optimiser state"
            )


def _write_history(epochs: list[Epoch], history: Path) -> None:
    with replacing(history) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([Epoch._fields, *epochs])
