"""What a study will train and how much disk it will fill, before it starts."""

from collections.abc import Sized
from pathlib import PurePath

from superposition import catalogue, plugins
from superposition.config import Arm, Dataset, Study
from superposition.layers import LOGITS, parts

BYTES = {"float16": 2, "float32": 4}
DRAWN = 2000
"""Training samples whose features are written, for maps that show when samples were chosen."""
AUTOENCODERS = ("topk", "l1")
PAPERS_UNITS = {"layer4.1.conv2": [8, 54, 200, 455]}
"""Figures 3 and 6 of Devkar 2024."""


def describe(study: Study) -> str:
    """For people: the trainings, the disk that networks and features will take, and the toy models."""
    parts = [_datasets(study)] if study.datasets else []
    return "\n".join([*parts, _toys(study)] if study.toys.names else parts)


def _toys(study: Study) -> str:
    return f"Study {study.study}: {_count(study.toys.names, 'toy model')} ({', '.join(study.toys.names)})."


def _datasets(study: Study) -> str:
    rounds = {name: arm.rounds for name, arm in study.arms.items()}
    trained = {name: study.arms[name] for name in trained_arms(study)}
    networks = sum(arm.rounds + (arm.rounds - 1) * len(other_members(arm)) for arm in trained.values())
    replicates = len(study.datasets) * len(study.seeds)
    sizes = [_gigabytes(study, dict.fromkeys(rounds, 1)), _gigabytes(study, rounds)]
    here, other = (sizes[1], sizes[0]) if study.keep == "all" else sizes
    alternative = f"keep: {'last' if study.keep == 'all' else 'all'} would take {other:.1f} GB"
    return (
        f"Study {study.study}: {_count(trained, 'arm')} x {_count(study.seeds, 'seed')} x "
        f"{_count(study.datasets, 'dataset')}, {replicates * networks} trainings.\n"
        f"Networks and features will take about {here:.1f} GB ({alternative})."
    )


def trained_arms(study: Study) -> list[str]:
    """The arms that learn from samples."""
    return [name for name, arm in study.arms.items() if arm.trained]


def recorded_layers(study: Study) -> list[str]:
    """The layers whose activations are written: the study's, and those that its metrics name themselves."""
    named = [layer for name in study.metrics for layer in plugins.declared("metric", name).get("LAYERS", ())]
    return [layer for layer in dict.fromkeys([*study.layers, *named]) if layer != LOGITS]


def recorded_splits(study: Study) -> list[str]:
    """The splits whose activations are written: those that a metric asks for, and the test split always."""
    asked = {split for name in study.metrics for split in plugins.declared("metric", name).get("NEEDS", ["test"])}
    return sorted(asked | {"test"}, reverse=True)


def units(study: Study) -> dict[str, list[int]]:
    """The layers whose units are looked at one by one, with those units that pictures are made for."""
    if study.units is not None:
        return study.units
    return {layer: PAPERS_UNITS.get(layer, []) for layer in study.layers}


def references(study: Study, arm: str) -> list[str]:
    """The arms that an arm is compared with: it has pictures of the units that match theirs."""
    return list(dict.fromkeys(b for a, b in study.contrasts if a == arm and study.arms[b].trained))


def autoencoders(metric: str) -> tuple[str, ...]:
    """The kinds of sparse autoencoders that a metric asks to be trained on each layer."""
    return AUTOENCODERS if "autoencoder" in plugins.declared("metric", metric).get("ASKS", ()) else ()


def other_members(arm: Arm) -> range:
    """Numbers of the networks that an arm trains beside the one it measures, for its strategy to ask."""
    asks = "committee" in plugins.declared("strategy", arm.strategy)["NEEDS"]
    return range(2, (arm.committee or 1) + 1) if asks else range(0)


def is_temporary(study: Study, path: PurePath) -> bool:
    """Whether Snakemake deletes a file of a study's folder once nothing needs it; path: from that folder."""
    if path.name in ("optimiser.pt", "pool.h5") or path.parent.name.startswith("member"):
        return True
    match path.parts:
        case _, arm, _, round_, name if study.keep == "last" and arm in study.arms:
            of_a_network = name.startswith(("checkpoint.", "features.", "autoencoder."))
            return of_a_network and round_ != f"round{study.arms[arm].rounds}"
    return False


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _gigabytes(study: Study, rounds: dict[str, int]) -> float:
    """Disk for so many kept rounds of each arm. Features are counted where the size of the test split is known."""
    per_seed = sum(
        rounds[name]
        * (_checkpoint_bytes(arm) + _features_bytes(study, arm, dataset_name, dataset) + _autoencoder_bytes(study, arm))
        for name, arm in study.arms.items()
        for dataset_name, dataset in study.datasets.items()
    )
    return len(study.seeds) * per_seed / 1e9


def _checkpoint_bytes(arm: Arm) -> int:
    return 4 * catalogue.look_up(arm.training.network, arm.training.stem).parameters


def _features_bytes(study: Study, arm: Arm, dataset_name: str, dataset: Dataset) -> int:
    """With maps averaged; maps that are kept take as many times more as they have positions."""
    facts = plugins.declared("dataset", dataset.plugin or dataset_name)
    test, drawn = facts.get("TEST_SIZE", 0), min(facts.get("TRAIN_SIZE", 0), DRAWN)
    units = catalogue.look_up(arm.training.network, arm.training.stem).layers
    values = min(test, dataset.limit or test) * sum(units[parts(layer)[-1]] for layer in recorded_layers(study))
    values += min(drawn, dataset.limit or drawn) * units[parts(study.layers[-1])[-1]]
    return BYTES[study.features.dtype] * values


def _autoencoder_bytes(study: Study, arm: Arm) -> int:
    """An encoder and a decoder of each kind for each of the study's layers."""
    kinds = {kind for metric in study.metrics for kind in autoencoders(metric)}
    layers = catalogue.look_up(arm.training.network, arm.training.stem).layers
    units = [layers[parts(layer)[-1]] for layer in study.layers]
    return len(kinds) * sum(2 * 4 * study.autoencoder.codes * number**2 for number in units)
