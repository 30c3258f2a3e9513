"""Train a sparse autoencoder on a layer's features of the test split."""

import logging
from pathlib import Path

from superposition import autoencoders, dictionaries, networks, store, tables
from superposition.arguments import Output
from superposition.config import Autoencoder
from superposition.devices import best_device
from superposition.resuming import Resumable

log = logging.getLogger(__name__)


def run(
    *,
    features: Path,
    written_by: str,
    kind: str,
    layer: str,
    options: Autoencoder,
    code: str,
    autoencoder: Output,
) -> None:
    """Train a sparse autoencoder on a layer's features of the test split.

    written_by: digest of the code that the features must be of; kind: "topk" or "l1"; code: what the file says of
    itself.
    """
    store.require_code(features, written_by)
    of = store.attributes(features)
    activations = store.read(features, "test", layer)
    with Resumable(autoencoder, code, kind, layer, options, features) as resumable:
        learned = autoencoders.learn(activations, kind, options, int(of["seed"]), best_device(), resumable)
        log.info("%s of %s: %.1f %% explained with %.1f codes", kind, layer, 100 * learned.explained, learned.active)
        arrays = {
            **learned.autoencoder.state_dict(),
            "median": learned.median,
            "activity": learned.activity,
            "loss": learned.losses,
        }
        place = {name: of[name] for name in ("study", *tables.RUN)}
        worth = {"explained": learned.explained, "active": learned.active}
        about = {**place, "layer": layer, "kind": kind, "code": code, "torch": networks.versions()["torch"], **worth}
        dictionaries.write(autoencoder, {name: array.numpy(force=True) for name, array in arrays.items()}, about)
