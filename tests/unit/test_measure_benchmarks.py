"""What the benchmark of the measures times gives the same answers on either side."""

from tests.benchmarks.measures import answered, ours, scikit_learn


def test_both_sides_agree() -> None:
    found, expected = (answered(side, 400).answers for side in (ours, scikit_learn))
    differences = [abs(a - b) for a, b in zip(found, expected, strict=True)]
    assert len(differences) == 3 + 200
    assert max(differences[:3]) < 1e-5
    assert sum(differences[3:]) * 400 * 399 / 2 <= 8  # pairs on an edge, by rounding
