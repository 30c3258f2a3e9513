"""Fetch torchvision's weights of a network."""

from superposition import networks
from superposition.arguments import Output
from superposition.files import replacing


def run(*, network: str, weights: str, file: Output) -> None:
    """Fetch torchvision's weights of a network, checked against the hash in their name."""
    with replacing(file) as temporary:
        networks.download_weights(network, weights, temporary)
