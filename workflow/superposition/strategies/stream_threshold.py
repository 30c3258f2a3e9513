"""Uncertain samples, each decided as it arrives, by a threshold that follows the budget (Zliobaite et al. 2014).

Stream-based selective sampling: the pool arrives in random order, a sample is taken or let go for good, and of those to
come nothing is known but their number. Uncertain is a sample whose 1 - p1 is above a threshold. The threshold moves as
in the variable uncertainty strategy of Zliobaite et al. (IEEE TNNLS 25:27-39): up by a factor of 1 + s after an
uncertain sample and down by 1 - s after any other, so that nobody need know beforehand what is uncertain. As there, an
uncertain sample is taken only while no more has been spent than the budget's share of what has arrived.

Two things differ. Equal steps come to rest where half of the samples are uncertain; here they are 1 + s(1 - b) and
1 - s b, which rest where a share b is, b being what is still to be taken over what is still to come. And s falls as
1 / sqrt(arrived), from steps that find the scale of the uncertainties to steps that keep it. The budget is spent to the
last: when no more are left than must be taken, all of them are.
"""

import numpy as np

from superposition.selection import Choice, Pool
from superposition.uncertainty import log_error

NEEDS = ("logits",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take `size` samples in order of arrival; the score is 1 - p1, where p1 is the highest probability."""
    arrivals = generator.permutation(len(pool.ids))
    uncertainties = np.exp(log_error(pool.logits))[arrivals]
    taken = taken_from_stream(uncertainties, size)
    return Choice(arrivals[taken], uncertainties[taken])


def taken_from_stream(uncertainties: np.ndarray, size: int) -> list[int]:
    """Which of the arrivals are taken: `size` of them, each decided by those before it alone."""
    taken: list[int] = []
    total = len(uncertainties)
    threshold = float(uncertainties[0])
    for arrived, uncertainty in enumerate(uncertainties.tolist()):
        share = (size - len(taken)) / (total - arrived)
        uncertain = uncertainty > threshold
        if share == 1 or (uncertain and len(taken) <= size * arrived / total):
            taken.append(arrived)
        threshold *= 1 + (uncertain - share) / (1 + arrived) ** 0.5
    return taken
