"""What types can't say about a study: names that must exist, arms that must fit together."""

from operator import attrgetter
from os.path import isdir, isfile

from superposition import catalogue, plan, plugins, rounds
from superposition.config import Arm, Dataset, Study
from superposition.errors import InputError, none_of
from superposition.layers import PENULTIMATE, parts
from superposition.toys import checks as toy_checks


def check(study: Study) -> None:
    """Raise InputError, naming key, value and choices, if the study can't run."""
    toy_checks.check(study.toys)
    if study.jobs_per_gpu > 1 and not study.gpus:
        raise InputError(f"jobs_per_gpu: {study.jobs_per_gpu} means nothing without `gpus`; give their number")
    for kind, chosen in (("metric", study.metrics), ("figure", study.figures)):
        for name in chosen:
            if name not in plugins.names(kind):
                raise none_of(f"{plugins.FOLDERS[kind]}", name, plugins.names(kind))
    for name, dataset in study.datasets.items():
        check_dataset(f"datasets.{name}", name, dataset)
    for name, arm in study.arms.items():
        check_arm(f"arms.{name}", name, arm, study)
        for dataset_name, dataset in study.datasets.items():
            check_rounds(f"arms.{name}", arm, f"datasets.{dataset_name}", pool_size(dataset_name, dataset))
    for figure in study.figures:
        for metric in plugins.declared("figure", figure).get("METRICS", ()):
            if metric not in study.metrics:
                raise InputError(
                    f"figures: {figure!r} needs {metric!r}, which is not among the metrics {study.metrics}"
                )
    for pair in study.contrasts:
        for name in pair:
            if name not in study.arms:
                raise none_of("contrasts", name, list(study.arms))
        if pair[0] == pair[1]:
            raise InputError(f"contrasts: {pair[0]!r} is compared with itself; name two arms")
    for key, values in (("seeds", study.seeds), ("layers", study.layers), ("metrics", study.metrics)):
        if len(set(values)) < len(values):
            raise InputError(f"{key}: {values} names one twice")


def check_dataset(key: str, name: str, dataset: Dataset) -> None:
    """The plugin exists, takes the options given, and the paths given exist."""
    plugin = dataset.plugin or name
    if plugin not in plugins.names("dataset"):
        raise none_of(f"{key}.plugin" if dataset.plugin else key, plugin, plugins.names("dataset"))
    facts = plugins.declared("dataset", plugin)
    for option in ("archive", "root", "name"):
        if getattr(dataset, option) is not None and option not in facts["OPTIONS"]:
            raise InputError(
                f"{key}.{option}: {plugin} has no such option; it takes {', '.join(facts['OPTIONS']) or 'none'}"
            )
    if "NAMES" in facts and dataset.name not in facts["NAMES"]:
        raise none_of(f"{key}.name", dataset.name, facts["NAMES"])
    if "LOCAL_ONLY" in facts and not (dataset.archive or dataset.root):
        raise InputError(f"{key}: {plugin} needs `archive` or `root`, the path of the images")
    classes = len(dataset.classes) if dataset.classes else facts.get("CLASSES", 2)
    if dataset.limit and dataset.limit < 2 * classes:
        raise InputError(f"{key}.limit: {dataset.limit} is too few for {classes} classes; give at least {2 * classes}")
    if dataset.archive and not isfile(dataset.archive):
        raise InputError(f"{key}.archive: no file at {str(dataset.archive)!r}; give the path of an archive")
    if dataset.archive:
        check_braces(f"{key}.archive", str(dataset.archive))
    if dataset.root and not isdir(dataset.root):
        raise InputError(f"{key}.root: no folder at {str(dataset.root)!r}; give the path of a folder")


def check_arm(key: str, name: str, arm: Arm, study: Study) -> None:
    """Strategy, start and network exist; the network has the layers and the weights."""
    if arm.strategy not in plugins.names("strategy"):
        raise none_of(f"{key}.strategy", arm.strategy, plugins.names("strategy"))
    check_start(key, name, arm, study)
    entry = network_entry(key, arm)
    check_committee(key, arm, entry)
    check_layers(key, arm, entry, study)
    check_weights(key, arm, entry)


def check_layers(key: str, arm: Arm, entry: catalogue.Entry, study: Study) -> None:
    """The network has every layer that is recorded, and is one that each metric can read."""
    network = arm.training.network
    for metric in study.metrics:
        networks = plugins.declared("metric", metric).get("NETWORKS", (network,))
        if network not in networks:
            known = " or ".join(networks)
            raise InputError(f"metrics: {metric!r} reads {known}, not {network} ({key}.training.network); leave it out")
    for layer in dict.fromkeys([*study.layers, *plan.recorded_layers(study)]):
        for part in parts(layer):
            if part not in entry.layers:
                raise none_of(f"layers ({network})", part, list(entry.layers))
        if PENULTIMATE in parts(layer)[1:]:
            raise InputError(f"layers: {layer!r}: {PENULTIMATE!r} is no module, and can only come first")
    check_units(entry, study)


def check_units(entry: catalogue.Entry, study: Study) -> None:
    """Pictures are asked for of units that there are, in layers that are measured and that gradients can reach."""
    for layer, numbers in plan.units(study).items():
        if layer not in study.layers:
            raise InputError(f"units: {layer!r} is not among `layers` ({', '.join(study.layers)}); add it there")
        if numbers and (layer == PENULTIMATE or len(parts(layer)) > 1):
            raise InputError(
                f"units.{layer}: no module of the network gives it, so it can have no pictures; leave the list empty"
            )
        for number in numbers:
            if number >= entry.layers[layer]:
                raise InputError(f"units.{layer}: there is no unit {number}, only 0 to {entry.layers[layer] - 1}")


def check_committee(key: str, arm: Arm, entry: catalogue.Entry) -> None:
    """A strategy that asks a committee has one that can disagree, and no other strategy has one."""
    needs = plugins.declared("strategy", arm.strategy)["NEEDS"]
    if {"committee", "dropout"}.isdisjoint(needs):
        if arm.committee:
            raise InputError(f"{key}.committee: {arm.strategy} asks no committee; leave the key out")
        return
    members = "networks" if "committee" in needs else "dropout passes"
    if not arm.committee:
        raise InputError(f"{key}.committee: {arm.strategy} needs one; give the number of {members}, at least 2")
    if "committee" in needs and arm.start:
        raise InputError(f"{key}.start: all members of the committee would start from the same weights; leave it out")
    if "dropout" in needs and not (arm.training.dropout or entry.dropout):
        raise InputError(f"{key}.training.dropout: {arm.strategy} needs it, {arm.training.network} has none of its own")


def check_start(key: str, name: str, arm: Arm, study: Study) -> None:
    """The chain of `start` arms ends, and both ends are of one network."""
    passed = [name]
    while arm.start:
        if arm.start not in study.arms:
            raise none_of(f"{key}.start", arm.start, [other for other in study.arms if other != name])
        if arm.start in passed:
            raise InputError(f"{key}.start: {arm.start!r} starts from itself ({' <- '.join([*passed, arm.start])})")
        passed.append(arm.start)
        begun = study.arms[arm.start]
        for part in ("network", "stem", "optimiser.name"):
            ours, theirs = (attrgetter(part)(either.training) for either in (arm, begun))
            if ours != theirs:
                raise InputError(
                    f"{key}.training.{part}: {ours!r} can't start from {arm.start!r}, which has {theirs!r}"
                )
        arm = begun


def network_entry(key: str, arm: Arm) -> catalogue.Entry:
    """What torchvision says of an arm's network."""
    try:
        return catalogue.look_up(arm.training.network, arm.training.stem)
    except InputError as error:
        raise InputError(f"{key}.training.{error}") from None


def check_weights(key: str, arm: Arm, entry: catalogue.Entry) -> None:
    """Weights are a name that torchvision has for this network, or a file."""
    weights, key = arm.training.weights, f"{key}.training.weights"
    if weights is None:
        return
    if weights in entry.weights:
        if arm.training.stem == "cifar":
            raise InputError(f"{key}: {weights!r} needs stem: imagenet, its first layer is torchvision's own")
    elif not isfile(weights):
        raise none_of(key, weights, [*entry.weights, "null", "a checkpoint file"])
    elif weights.startswith("-"):
        raise InputError(f"{key}: {weights!r} looks like an option; give './{weights}'")
    check_braces(key, weights)


def check_braces(key: str, path: str) -> None:
    """Snakemake takes what stands in braces for a wildcard."""
    if "{" in path or "}" in path:
        raise InputError(f"{key}: {path!r} has braces; rename the file")


def check_rounds(key: str, arm: Arm, pool_key: str, pool: int | None) -> None:
    """Every round has samples to choose from, as far as the pool's size is known before it is read."""
    try:
        rounds.boundaries(pool or 10**9, arm.rounds, arm.share, arm.first_share)
    except InputError as error:
        raise InputError(f"{key}.{error} ({pool_key})") from None


def pool_size(name: str, dataset: Dataset) -> int | None:
    """Training images of a dataset, where they are known without reading it (equal classes assumed)."""
    facts = plugins.declared("dataset", dataset.plugin or name)
    size = None if dataset.archive or dataset.root else facts.get("TRAIN_SIZE")
    if size and dataset.classes:
        size = size * len(dataset.classes) // facts["CLASSES"]
    return min(size, dataset.limit or size) if size else dataset.limit
