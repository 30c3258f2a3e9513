"""How a toy autoencoder answers what it reads out. Light: nothing is computed here."""

import re
from typing import NamedTuple

from superposition.errors import InputError


class Response(NamedTuple):
    """The activation f(t) = t^power, or ReLU(t)^power where it is rectified."""

    power: int
    rectified: bool

    @classmethod
    def parse(cls, name: str) -> "Response":
        """The one that is called `linear` (t), `relu` (ReLU(t)), `power3` (t^3; any odd power from 3) or `relu2`
        (ReLU(t)^2; any power from 2).

        Raises InputError for any other name.
        """
        if name in ("linear", "relu"):
            return cls(1, name == "relu")
        match = re.fullmatch(r"(power|relu)([2-9]|[1-9][0-9]+)", name)
        if not match:
            raise InputError(f"{name!r} is none of linear, relu, power3, power5, ..., relu2, relu3, ...")
        power, rectified = int(match[2]), match[1] == "relu"
        if not rectified and power % 2 == 0:
            raise InputError(
                f"{name!r} answers x and -x alike, so it can't give back features of both signs; "
                f"name an odd power, such as power{power + 1}"
            )
        return cls(power, rectified)
