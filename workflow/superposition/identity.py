"""Which network of a study a file is of."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Network(NamedTuple):
    """The network that an arm has with a seed after a round."""

    arm: str
    seed: int
    round: int

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> "Network":
        """The one that a file says it is of."""
        return cls(*(attributes[column] for column in cls._fields))
