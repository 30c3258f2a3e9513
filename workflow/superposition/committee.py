"""How much the members of a committee [member, sample, class] disagree, from their logits.

Members are networks of their own weights, or passes of one network with dropout. p_k are a member's probabilities, K
is the number of members, and the consensus is their mean p = (1/K) sum_k p_k.
"""

import numpy as np

from superposition.uncertainty import in_blocks, log_entropy


def vote_entropy(committee: np.ndarray) -> np.ndarray:
    """-sum_c V_c/K ln(V_c/K) [sample], where V_c members find class c most likely (Dagan & Engelson 1995)."""
    votes = committee.argmax(axis=2)
    agreeing = (votes[:, None] == votes).mean(axis=1)  # each class's share V_c/K, V_c times
    # Sorted, because equal divisions of the votes must give equal sums, to the last bit, to be ties.
    return -np.log(np.sort(agreeing, axis=0)).mean(axis=0)


@in_blocks
def log_consensus_entropy(committee: np.ndarray) -> np.ndarray:
    """ln H(p) [sample], in nats."""
    return log_entropy(_log_mean(_log_probabilities(committee)))


@in_blocks
def mutual_information(committee: np.ndarray) -> np.ndarray:
    """(1/K) sum_k KL(p_k || p) = H(p) - (1/K) sum_k H(p_k) [sample], in nats.

    Left: the mean divergence from the consensus (McCallum & Nigam 1998); right: what a sample's label would tell of the
    weights, if members are draws from their posterior (Houlsby et al. 2011).
    """
    members = _log_probabilities(committee)
    return (np.exp(members) * (members - _log_mean(members))).sum(axis=2).mean(axis=0)


def _log_probabilities(logits: np.ndarray) -> np.ndarray:
    """ln p_k, in float64: disagreements are small differences."""
    shifted = np.subtract(logits, logits.max(axis=2, keepdims=True), dtype=np.float64)
    return shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))


def _log_mean(members: np.ndarray) -> np.ndarray:
    """ln p [sample, class], of ln p_k."""
    highest = members.max(axis=0)
    return highest + np.log(np.exp(members - highest).mean(axis=0))
