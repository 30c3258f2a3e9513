"""What there is to see of each unit of a layer: its images, its scores, and how its activations spread over classes.

All arrays have a row a unit; images are given by their ids.
top, bottom, random: int32 [unit, image], those that excite it most (from the highest down), those that excite it least
(from the lowest up), and a few drawn once for all units; of equals the lower id comes first. top_values, bottom_values,
random_values: float32 [unit, image], their activations.
selectivity, polysemanticity: float32 [unit], as in `superposition.unit_scores`, nan where undefined.
top_class int32, top_class_share float32 [unit]: the commonest class of the images that a unit is judged by, and what
share of them it has.
cluster_a, cluster_b: int32 [unit, image], of the two groups of these images those nearest to the centre, -1 where there
are no more; a has the most exciting image. cluster_sizes: int32 [unit, group].
low, high: float32 [unit], the least and the highest activation, but for what lies outside Tukey's outer fences, three
interquartile ranges below and above the quartiles (Exploratory Data Analysis, 1977); a few samples may lie far off.
shown_classes: int32 [unit, shown], the classes with the highest means, from the highest down. counts: uint32 [unit,
shown + 1, bin], how many samples of each of these classes, and of all others, lie in equal bins from low to high; the
outer bins have what lies beyond, too.
"""

import numpy as np

from superposition import streams, unit_scores
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.two_means import mean_silhouettes, nearest_first

SHOWN = 9
NEAREST = 6
CLASSES = 10
BINS = 24
FENCE = 3

Arrays = dict[str, np.ndarray]


def views(activations: Activations, seed: int) -> Arrays:
    """All that there is to see of a layer's units; seed: draws the random images."""
    order = np.argsort(activations.ids)
    values, labels, ids = (array[order] for array in (activations.values, activations.labels, activations.ids))
    shown, judged = images_shown(len(ids)), judged_by(labels)
    drawn = streams.generator(seed, "random images").choice(len(ids), shown, replace=False)
    blocks = [
        {
            **_images(values[:, units], ids, shown, drawn),
            **_top_classes(values[:, units], labels, judged),
            **_groups(values, units, ids, unit_scores.half_a_class(labels)),
            **spread(values[:, units], labels),
        }
        for units in unit_scores.in_blocks(values.shape[1])
    ]
    seen = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return {**seen, "selectivity": _selectivity(activations)}


def images_shown(samples: int) -> int:
    """Nine, but not more than half of a small split: what excites a unit most excites it not least, too."""
    return min(SHOWN, max(1, samples // 2))


def judged_by(labels: np.ndarray) -> int:
    """How many top images a unit is judged by: as many as polysemanticity takes, or those that are shown where classes
    are too small for it."""
    top = unit_scores.half_a_class(labels)
    return top if top >= unit_scores.FEWEST else images_shown(len(labels))


def _images(values: np.ndarray, ids: np.ndarray, shown: int, drawn: np.ndarray) -> Arrays:
    chosen = {
        "top": np.argsort(-values, axis=0, kind="stable")[:shown].T,
        "bottom": np.argsort(values, axis=0, kind="stable")[:shown].T,
        "random": np.tile(drawn, (values.shape[1], 1)),
    }
    images = {name: ids[rows].astype(np.int32) for name, rows in chosen.items()}
    activity = {f"{name}_values": np.take_along_axis(values.T, rows, axis=1) for name, rows in chosen.items()}
    return images | {name: found.astype(np.float32) for name, found in activity.items()}


def _top_classes(values: np.ndarray, labels: np.ndarray, judged: int) -> Arrays:
    top = labels[np.argsort(-values, axis=0, kind="stable")[:judged].T]
    counts = np.array([np.bincount(of_unit, minlength=labels.max() + 1) for of_unit in top])
    share = counts.max(axis=1) / judged
    return {"top_class": counts.argmax(axis=1).astype(np.int32), "top_class_share": share.astype(np.float32)}


def _groups(values: np.ndarray, units: np.ndarray, ids: np.ndarray, top: int) -> Arrays:
    """The two groups of the `top` images of each of `units`, and how clearly they part; none where that is too few."""
    apart = np.full(len(units), np.nan, np.float32)
    nearest = np.full((2, len(units), NEAREST), -1, np.int32)
    sizes = np.zeros((len(units), 2), np.int32)
    if top >= unit_scores.FEWEST:
        kinds = unit_scores.two_kinds(values, units, top)
        apart[kinds.fires] = mean_silhouettes(kinds.products, kinds.side)
        has_first = kinds.side == kinds.side[:, :1]
        sizes[kinds.fires] = np.stack([has_first.sum(axis=1), (~has_first).sum(axis=1)], axis=1)
        for group, members in enumerate((has_first, ~has_first)):
            rows = np.take_along_axis(kinds.images, nearest_first(kinds.products, members), axis=1)[:, :NEAREST]
            there = np.arange(rows.shape[1]) < members.sum(axis=1, keepdims=True)
            nearest[group, kinds.fires, : rows.shape[1]] = np.where(there, ids[rows], -1)
    return {"polysemanticity": apart, "cluster_a": nearest[0], "cluster_b": nearest[1], "cluster_sizes": sizes}


def spread(values: np.ndarray, labels: np.ndarray) -> Arrays:
    """low, high, shown_classes and counts, from values [sample, unit] and labels [sample]."""
    present, of_sample = np.unique(labels, return_inverse=True)
    means = np.array([values[labels == label].mean(axis=0) for label in present])
    shown = np.argsort(-means, axis=0, kind="stable")[:CLASSES].T
    low, high = _ends(values)
    width = np.where(high > low, high - low, 1)
    bins = np.clip((values - low) / width * BINS, 0, BINS - 1).astype(np.int64)
    counts = np.empty((values.shape[1], shown.shape[1] + 1, BINS), np.uint32)
    for unit, classes in enumerate(shown):
        row = np.full(len(present), len(classes))
        row[classes] = np.arange(len(classes))
        place = row[of_sample] * BINS + bins[:, unit]
        counts[unit] = np.bincount(place, minlength=counts[unit].size).reshape(-1, BINS)
    ends = {"low": low.astype(np.float32), "high": high.astype(np.float32)}
    return {**ends, "shown_classes": present[shown].astype(np.int32), "counts": counts}


def _ends(values: np.ndarray) -> np.ndarray:
    """Where the histogram of each unit begins and ends [end, unit]; of one that hardly ever fires, at the extremes."""
    least, first, third, highest = np.quantile(values, (0, 0.25, 0.75, 1), axis=0)
    beyond = FENCE * (third - first)
    fenced = np.stack([np.maximum(least, first - beyond), np.minimum(highest, third + beyond)])
    return np.where(beyond > 0, fenced, [least, highest])


def _selectivity(activations: Activations) -> np.ndarray:
    """float32 [unit]; nan for all units of a layer that selectivity is not for."""
    try:
        return unit_scores.selectivities(activations).astype(np.float32)
    except InputError:
        return np.full(activations.values.shape[1], np.nan, np.float32)
