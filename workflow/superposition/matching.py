"""Which unit of another network answers the same images: matching by correlation (Li et al. 2015, arXiv 1511.07543).

Units have no counterpart across networks: unit 8 of one has nothing to do with unit 8 of another. Spearman's rank
correlation over the test images finds for each unit the one that is most like it, which may be the same for several.
Ranks, because a few images have features many times as long as all others: by values, these few decide, and hundreds
of units of layer4.1.conv2 find the same handful of matches.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import rankdata

from superposition.activations import Activations
from superposition.blocks import blocks
from superposition.errors import InputError
from superposition.identity import Network

if TYPE_CHECKING:
    from pandas import DataFrame

MATCHES = [
    "dataset",
    "layer",
    "seed",
    "a",
    "round_a",
    "b",
    "round_b",
    "unit",
    "match",
    "correlation",
    "same_index",
    "mutual",
]


class Responses(NamedTuple):
    """How units rank samples: where that comes from, ids [sample], ascending, and ranks float32 [sample, unit], shifted
    and scaled to mean 0 and length 1 for each unit, or all 0 where it answers all samples alike."""

    source: str
    ids: np.ndarray
    values: np.ndarray


def responses(activations: Activations, source: str) -> Responses:
    """A layer's activations, ready to be correlated. Samples of equal activation share the mean of their ranks."""
    order = np.argsort(activations.ids)
    ranks = rankdata(activations.values[order], axis=0)
    ranks -= (len(ranks) + 1) / 2
    lengths = np.linalg.norm(ranks, axis=0)
    return Responses(source, activations.ids[order], (ranks / np.where(lengths > 0, lengths, 1)).astype(np.float32))


def correlations(a: Responses, b: Responses) -> np.ndarray:
    """Spearman's correlation over samples, float64 [unit of a, unit of b]; nan for units that answer all samples alike.

    Raises InputError, naming both sources, where they are not of the same samples.
    """
    if not np.array_equal(a.ids, b.ids):
        raise InputError(f"{a.source} and {b.source}: not of the same samples; delete both and run again")
    found = np.zeros((a.values.shape[1], b.values.shape[1]))
    for rows in blocks(len(a.ids)):
        found += a.values[rows].T @ b.values[rows]
    found[~a.values.any(axis=0)] = np.nan
    found[:, ~b.values.any(axis=0)] = np.nan
    return found


def matches(correlation: np.ndarray) -> Iterator[list[Any]]:
    """unit, match, correlation, same_index and mutual of each unit of a, from [unit of a, unit of b].

    match: the unit of b with the highest correlation, of equals the first; None where a's answers all samples alike,
    and nan correlates with nothing. same_index: the correlation with the unit of the same number. mutual: whether the
    match of the match is the unit, 0 or 1.
    """
    known = np.nan_to_num(correlation, nan=-np.inf)
    forth, back = known.argmax(axis=1), known.argmax(axis=0)
    for unit, match in enumerate(forth.tolist()):
        if np.isfinite(known[unit, match]):
            same = float(correlation[unit, unit]) if unit < len(back) else np.nan
            yield [unit, match, float(correlation[unit, match]), same, int(back[match] == unit)]
        else:
            yield [unit, None, np.nan, np.nan, 0]


def pairs(networks: Sequence[Network]) -> Iterator[tuple[Network, Network]]:
    """Each two arms' last rounds, either way round; and each arm's last round with each of its earlier ones."""
    arms = dict.fromkeys(network.arm for network in networks)
    last = {arm: max((network for network in networks if network.arm == arm), key=lambda of: of.round) for arm in arms}
    yield from permutations(last.values(), 2)
    yield from ((last[network.arm], network) for network in networks if network != last[network.arm])


def counterparts(
    table: "DataFrame", arm: str, references: Sequence[str], units: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """By layer, `units` and those of `arm` that match them best in any of the arms `references`, each once, in that
    order; layers without any units are left out. table: matches.tsv."""
    between = table[table["a"].isin([*references]) & (table["b"] == arm) & table["match"].notna()]
    return {
        layer: _with_matches(between[between["layer"] == layer], numbers) for layer, numbers in units.items() if numbers
    }


def _with_matches(between: "DataFrame", units: Sequence[int]) -> list[int]:
    found = between.loc[between["unit"].isin(units), "match"].astype(int)
    return list(dict.fromkeys([*units, *found.tolist()]))
