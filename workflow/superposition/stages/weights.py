"""Fetch torchvision's weights of a network."""

from pathlib import Path

from superposition import networks
from superposition.files import replacing


def run(*, network: str, weights: str, file: Path) -> None:
    """Fetch torchvision's weights of a network, checked against the hash in their name."""
    with replacing(file) as temporary:
        networks.download_weights(network, weights, temporary)
