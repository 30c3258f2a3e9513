"""Record what a network says and does on images: logits and layers, in one HDF5 file."""

from pathlib import Path

from superposition import images as image_files
from superposition import inference, networks, store
from superposition.config import Features, Training
from superposition.files import replacing


def run(
    *,
    images: Path,
    checkpoint: Path,
    training: Training,
    splits: list[str],
    layers: list[str],
    options: Features,
    study: str,
    dataset: str,
    arm: str,
    seed: int,
    round: int,
    code: str,
    features: Path,
) -> None:
    """Record what a network says and does on images: logits and layers, in one HDF5 file.

    study, dataset, arm, seed, round, code: what the file says of itself.
    """
    data = image_files.describe(images)
    network = networks.restore(checkpoint, training, classes=len(data.classes))
    about = {"study": study, "dataset": dataset, "arm": arm, "seed": seed, "round": round, "code": code}
    attributes = {**about, "classes": data.classes, **networks.versions()}
    with replacing(features) as temporary, store.create(temporary, attributes) as file:
        some = next(image_files.batches(images, splits[0], size=8))
        head = inference.weights(network, [networks.head(network)])
        fed = inference.read_by_head(network, some, data=data, layers=layers)
        file.network(inference.weights(network, layers), dict.fromkeys(fed, *head.values()))
        for split in splits:
            results = inference.outputs(
                network, image_files.batches(images, split), data=data, layers=layers, maps=options.maps
            )
            inference.record(file, split, data.sizes[split], results, options.dtype)
