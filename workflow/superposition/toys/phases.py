"""Which features a model with one dimension too few keeps, as trained and by closed form (Elhage et al. 2022).

n features lie in n - 1 dimensions, each present with density q and then uniform from 0 to 1; the last one counts r, all
others 1. Losses below are those of weights of length 1 without bias, or of answering its mean to a feature that is
dropped; a trained model can do a little better than any.
"""

import numpy as np
from pandas import DataFrame

from superposition.toys.measures import REPRESENTED

REGIONS = {
    "dropped": "the last feature is dropped",
    "alone": "the last is alone, another is dropped",
    "shared": "the last shares a dimension",
    "others": "the last is alone, two others share",
}
POINT = ["density", "importance"]
CLOSE = 1e-9


def losses(density: np.ndarray, importance: np.ndarray, features: int) -> dict[str, np.ndarray]:
    """What each region costs, by closed form, beyond what is answered exactly; density q, importance r: same shape.

    A dropped feature costs its variance, q/3 - q^2/4. Two that share a dimension as w and -w cost when both are
    present: each is answered max(0, x - y), off by min(x, y), whose square is 1/6 on average, so (r + 1) q^2/6 for the
    last and another, 2 q^2/6 for two others.
    """
    dropped, both = density / 3 - density**2 / 4, density**2 / 6
    found = {"dropped": importance * dropped, "alone": dropped, "shared": (1 + importance) * both}
    return found | ({"others": 2 * both} if features > 2 else {})


def boundary(importance: np.ndarray) -> np.ndarray:
    """The density above which two features in one dimension don't share it: 4r / (2 + 5r), or 4 / (5 + 2r) for r above
    1."""
    return np.where(importance <= 1, 4 * importance / (2 + 5 * importance), 4 / (5 + 2 * importance))


def regions(features: DataFrame, summary: DataFrame) -> DataFrame:
    """A row a model: density, importance, seed, loss, region. The worst of a point, if it has several, is left out,
    as in the source. The last feature shares a dimension from the interference on that another makes which points the
    same way and is just represented.

    features, summary: the tables of `superposition.toys.measures`.
    """
    last = features[features["feature"] == features["feature"].max()]
    models = last.merge(summary[[*POINT, "seed", "loss", "represented"]], on=[*POINT, "seed"])
    everything = models["represented"] == features["feature"].max()
    models["region"] = np.select(
        [models["norm"] <= REPRESENTED, models["interference"] > REPRESENTED**2, everything],
        ["dropped", "shared", "others"],
        "alone",
    )
    groups = models.groupby(POINT)["loss"]
    worst = groups.idxmax()[groups.size() > 1]
    return models.drop(worst)[[*POINT, "seed", "loss", "region"]]


def points(features: DataFrame, summary: DataFrame) -> DataFrame:
    """A row a point: density, importance, the share of its models in each region, `trained`, the region of the model
    that loses least, `closed`, the one that costs least by closed form, and `agree`, whether the trained one costs as
    little."""
    found = regions(features, summary)
    shares = found.groupby(POINT)["region"].value_counts(normalize=True).unstack(fill_value=0.0)
    rows = shares.reindex(columns=[*REGIONS], fill_value=0.0).reset_index()
    costs = DataFrame(losses(rows["density"], rows["importance"], features["feature"].max()))
    trained = rows[POINT].merge(found.loc[found.groupby(POINT)["loss"].idxmin()], on=POINT)["region"]
    least = costs.min(axis=1)
    paid = [costs.at[row, region] if region in costs else np.inf for row, region in trained.items()]
    return rows.assign(trained=trained, closed=costs.idxmin(axis=1), agree=np.array(paid) <= least * (1 + CLOSE))
