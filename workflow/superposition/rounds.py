"""How many samples each round adds."""

from superposition.errors import InputError


def boundaries(pool: int, rounds: int, query: float, first: float) -> list[int]:
    """Number of samples labelled before each round and after the last: `rounds + 1` ascending numbers from 0.

    `first` (round 1) and `query` (each later round) are fractions of the pool up to 1, counts above. The last round
    takes what is left when that is less.
    Raises InputError if a round would find the pool empty.
    """
    begin, share = (size if size > 1 else size * pool for size in (first, query))
    ends = [0, *(min(round(begin + share * n), pool) for n in range(rounds))]
    for n in range(rounds):
        if ends[n] == ends[n + 1]:
            raise InputError(
                f"rounds: {rounds} rounds of query {query:g} don't fit a pool of {pool}: "
                f"round {n + 1} has nothing to choose; lower rounds or query"
            )
    return ends
