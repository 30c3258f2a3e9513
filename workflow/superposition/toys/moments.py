"""Moments of a toy model's features: each is x = s u, present (s = 1) with probability p, its density, and else 0.

Light: the Snakefile may import it.
"""

from math import comb, factorial

from superposition.errors import none_of

VALUES = ("normal", "sign", "symmetric", "uniform")
"""What u can be: standard normal; -1 or 1; uniform from -1 to 1; uniform from 0 to 1."""


def moment(values: str, order: int) -> float:
    """E[u^order] of a feature's value u when it is present. Raises InputError for other values than `VALUES`."""
    if values not in VALUES:
        raise none_of("values", values, list(VALUES))
    if values != "uniform" and order % 2:
        return 0.0
    if values == "normal":
        return float(factorial(order) // (2 ** (order // 2) * factorial(order // 2)))  # (order - 1)!!
    return 1.0 if values == "sign" else 1 / (order + 1)


def cumulants(values: str, density: float, highest: int) -> list[float]:
    """Cumulants kappa_n of a feature x = s u, by their order up to `highest`; that of order 0 is 0.

    From the moments m_n = p E[u^n], n >= 1: kappa_n = m_n - sum_{k=1}^{n-1} C(n-1, k-1) kappa_k m_{n-k} (Smith 1995,
    doi:10.1080/00031305.1995.10476146). Those of odd order are exactly 0 where u is symmetric.
    """
    moments = [1.0] + [density * moment(values, order) for order in range(1, highest + 1)]
    found = [0.0]
    for n in range(1, highest + 1):
        lower = sum(comb(n - 1, k - 1) * found[k] * moments[n - k] for k in range(1, n))
        found.append(moments[n] - lower)
    return found
