"""Streams of random numbers: stable, and independent of one another."""

from itertools import product

import numpy as np
import pytest
import torch

from superposition import streams

PURPOSES = ("first list", "weights", "order", "dropout", "query")


def draw(seed: int = 0, purpose: str = "order", round: int = 0, member: int = 1, n: int = 5) -> list[float]:
    return streams.generator(seed, purpose, round, member).random(n).tolist()


def test_a_stream_is_the_same_whatever_else_is_drawn() -> None:
    before = {purpose: draw(purpose=purpose) for purpose in PURPOSES}
    np.random.seed(9)
    for purpose in reversed(PURPOSES):
        draw(purpose=purpose, n=100)
    assert before == {purpose: draw(purpose=purpose) for purpose in PURPOSES}


def test_a_stream_is_the_same_in_every_process() -> None:
    """0xF5299398 is the CRC-32 of "order" by `crc32` of the shell; Python's own `hash` differs between processes."""
    key = np.random.SeedSequence(4, spawn_key=(0xF5299398, 2, 1))
    assert streams.generator(4, "order", 2).random() == np.random.default_rng(key).random()


def test_seeds_purposes_rounds_and_members_differ() -> None:
    places = list(product(range(3), PURPOSES, range(3), range(1, 4)))
    assert len({tuple(draw(*place)) for place in places}) == len(places)
    assert len({streams.torch_seed(*place) for place in places}) == len(places)


def test_streams_are_uncorrelated() -> None:
    drawn = np.array([draw(seed, purpose, 1, n=20_000) for seed in range(2) for purpose in PURPOSES])
    correlations = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(correlations).max() < 5 / np.sqrt(20_000)


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_torch_takes_every_seed(seed: int) -> None:
    for purpose in PURPOSES:
        chosen = streams.torch_seed(seed, purpose)
        assert torch.Generator().manual_seed(chosen).initial_seed() == chosen
