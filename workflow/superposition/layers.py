"""Names of layers beside those that torch gives."""

PENULTIMATE = "penultimate"
"""What the head reads."""
LOGITS = "logits"
"""What the head says: written for every split, whatever the layers."""
PASSED_ON = "+"
"""`a+b+c`: what layer a gives, passed on through b and then c, once more than the network itself runs them."""


def parts(layer: str) -> list[str]:
    """The layers that a name chains; the name itself if it is that of a single one."""
    return layer.split(PASSED_ON)
