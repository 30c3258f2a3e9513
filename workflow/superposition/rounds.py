"""How many samples each round adds."""

from superposition.errors import InputError


def boundaries(pool: int, rounds: int, query: float) -> list[int]:
    """Number of samples labelled before each round and after the last: `rounds + 1` ascending numbers from 0.

    `query` is a fraction of the pool up to 1, a count above. The last round takes what is left when that is less.
    Raises InputError if a round would find the pool empty.
    """
    share = query if query > 1 else query * pool
    ends = [min(round(share * n), pool) for n in range(rounds + 1)]
    for n in range(rounds):
        if ends[n] == ends[n + 1]:
            raise InputError(
                f"rounds: {rounds} rounds of query {query:g} don't fit a pool of {pool}: "
                f"round {n + 1} has nothing to choose; lower rounds or query"
            )
    return ends
