"""Accuracy, and the activations that every metric sees."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from superposition.errors import InputError
from superposition.metrics import accuracy
from tests.small_results import activations


def test_accuracy_counts_right_answers() -> None:
    logits = np.array([[2, 1, 0], [0, 1, 2], [0, 3, 1], [5, 5, 0]], np.float32)
    shown = replace(activations(n=4), logits=logits, labels=np.array([0, 1, 1, 0]))
    assert accuracy.measure(shown) == {"top1": 0.75}
    assert accuracy.measure(shown)["top1"] == accuracy_score(shown.labels, logits.argmax(1))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_broken_values_are_refused(broken: float) -> None:
    values = activations().values.copy()
    values[3, 1] = broken
    with pytest.raises(InputError, match="layer avgpool: values of 1 of 60 samples are not finite numbers"):
        replace(activations(), values=values)


def test_shapes_must_agree() -> None:
    with pytest.raises(InputError, match=r"not one row a sample: .*\(60, 8\), \(60, 3\), \(60,\), \(59,\)"):
        replace(activations(), ids=np.arange(59))
    with pytest.raises(InputError, match="there are no samples"):
        activations(n=0)
