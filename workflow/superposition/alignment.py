"""Which networks of a study are compared by their features, and the table of what comes out."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from superposition import similarity
from superposition.identity import Network

ALIGNMENT = [
    "dataset",
    "layer",
    "kind",
    "a",
    "seed_a",
    "round_a",
    "b",
    "seed_b",
    "round_b",
    *similarity.QUANTITIES,
]


class Pair(NamedTuple):
    """Two networks, and what tells them apart: their `rounds`, their `seeds` or their `arms`."""

    kind: str
    a: Network
    b: Network


def within(networks: Sequence[Network]) -> Iterator[Pair]:
    """One arm: after each round every two seeds, and of each seed every round and the next.

    networks: in the order of their seeds.
    """
    for round_ in sorted({network.round for network in networks}):
        seeds = [network for network in networks if network.round == round_]
        yield from (Pair("seeds", *pair) for pair in combinations(seeds, 2))
        following = {network.seed: network for network in networks if network.round == round_ + 1}
        yield from (Pair("rounds", network, following[network.seed]) for network in seeds if network.seed in following)


def between(networks: Sequence[Network], others: Sequence[Network]) -> Iterator[Pair]:
    """Two arms: every seed of one and every seed of the other, the same and different ones, after the same round, or
    after the only round that one of the arms has."""
    single = 1 in (max(network.round for network in arm) for arm in (networks, others))
    for round_ in sorted({network.round for network in networks}):
        now = [network for network in networks if network.round == round_]
        then = [other for other in others if single or other.round == round_]
        yield from (Pair("arms", *pair) for pair in product(now, then))
