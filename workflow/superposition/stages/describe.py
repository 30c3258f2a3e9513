"""Print a network's parameters, layers and torchvision's weights for it, as JSON."""

import json

from superposition import networks


def run(*, network: str, stem: str = "imagenet") -> None:
    """Print a network's parameters, layers and torchvision's weights for it, as JSON."""
    print(json.dumps(networks.describe(network, stem)))
