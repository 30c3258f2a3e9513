"""Made-up measures of a study on a dataset that the paper has."""

from collections.abc import Sequence

import pandas as pd

from superposition import published, tables
from superposition.config import UNTRAINED, Arm, Training

ARMS = {
    "baseline": Arm(),
    "matched": Arm(start="baseline"),
    "random": Arm(rounds=2),
    "least_confidence": Arm(rounds=2, strategy="least_confidence"),
    UNTRAINED: Arm(training=Training(epochs=0)),
}
LEVELS = {name: 0.1 * place for place, name in enumerate(ARMS)}


def measures(
    seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = tuple(ARMS), dataset: str = "cifar10"
) -> pd.DataFrame:
    """Each reading is 0.01 times its place, more by arm, 0.02 more a seed, and 5 more in rounds before the last."""
    rows = []
    for arm in arms:
        for seed in seeds:
            for round_ in range(1, ARMS[arm].rounds + 1):
                early = 5 * (round_ < ARMS[arm].rounds)
                for place, (_, _, *what) in enumerate(published.READINGS):
                    value = LEVELS[arm] + 0.01 * place + 0.02 * seed + early
                    rows.append([dataset, arm, seed, round_, *what, value])
    return pd.DataFrame(rows, columns=tables.SCALARS)
