"""Largest overlap of two classes' directions, against the least that geometry allows.

`mutual` = max over i < j of |u_i.u_j|, u_i = v_i / |v_i|. `over_welch` is mutual over the Welch bound, sqrt((n - d) /
(d (n - 1))), below which n directions in d dimensions cannot get (Welch 1974, doi:10.1109/TIT.1974.1055219). The
vectors v are the class means (`means`) and, where the network's last layer reads these features, its rows (`head`);
`.centred`: minus their mean, in which each counts once, so that they lie in d = n - 1 dimensions or fewer. Where n <= d
the bound is 0, and `over_welch` is left out.

mutual is from 0 to 1. over_welch is from 1 up: 1 for an equiangular tight frame, such as a centred simplex, in which no
two are nearer than they must be. High means that some pair overlaps far more than it must.
It is the worst pair's: it cannot tell one confused pair from many. A long common mean makes all raw directions overlap.
For most n and d no set of directions reaches the bound, so over_welch above 1 may be the best there is.
"""

from superposition.activations import Activations, Quantities
from superposition.packing import Packing, cosines, packings, welch_bound

HEADLINE = ("means.centred.over_welch",)


def measure(activations: Activations) -> Quantities:
    """means.*, means.centred.* and, with a head, head.* and head.centred.*.

    Raises InputError where there are fewer than two classes, as many as samples, or where a vector is all zero.
    """
    described = {
        of: _described(packing, f"layer {activations.layer}: coherence of {of}")
        for of, packing in packings(activations, "coherence").items()
    }
    return {f"{of}.{name}": value for of, quantities in described.items() for name, value in quantities.items()}


def _described(packing: Packing, what: str) -> dict[str, float]:
    mutual = float(abs(cosines(packing.vectors, what)).max())
    bound = welch_bound(len(packing.vectors), packing.dimensions)
    return {"mutual": mutual, "over_welch": mutual / bound} if bound else {"mutual": mutual}
