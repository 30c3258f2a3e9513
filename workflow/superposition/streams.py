"""Independent streams of random numbers: one a seed and purpose, so that no purpose disturbs another."""

from zlib import crc32

import numpy as np


def generator(seed: int, purpose: str, round: int = 0, member: int = 1) -> np.random.Generator:
    """The stream of one purpose ("first list", "weights", "order", "dropout", "query", ...) in a round of a replicate.

    member: of a committee, from 1.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(purpose.encode()), round, member)))


def torch_seed(seed: int, purpose: str, round: int = 0, member: int = 1) -> int:
    """A seed for torch's generators, from the same stream."""
    return int(generator(seed, purpose, round, member).integers(2**63))
