"""What the benchmark of the measures times gives the same answers on either side."""

import numpy as np
import pytest

from tests.benchmarks.measures import features, ours, scikit_learn


def test_both_sides_agree() -> None:
    shown = features(400)
    found, expected = ours(shown), scikit_learn(shown)
    assert found.keys() == expected.keys()
    for name in ("silhouette", "davies_bouldin", "cosine"):
        assert found[name] == pytest.approx(expected[name], abs=1e-5), name
    moved = np.abs(np.subtract(found["histogram"], expected["histogram"])).sum() / 100 * 400 * 399 / 2
    assert moved <= 8  # pairs on an edge, by rounding
