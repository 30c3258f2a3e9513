"""How well tied autoencoders x' = f(W'W x) without bias give back sparse features (Chowdhury & Weiner 2026, arXiv
2606.18538).

Features are independent: feature i is present with probability p_i, its density, and is 0 otherwise. The measure is
the improvement I = E|x|^2 - E|x - x'|^2 = 2C - D, C = E[x.x'], D = E|x'|^2: by how much the loss is below that of
answering 0. Weights are float64 [..., dimension, feature], and all else has their leading dimensions; A = W'W, and
mu_k = E[u^k] of a feature's value u when it is present. Only the paper's abstract was at hand: no formula is quoted
from it, all are derived here, in the docstrings.
"""

from collections.abc import Callable
from math import comb

import torch
from torch import Tensor

from superposition.errors import InputError
from superposition.toys.moments import cumulants, moment
from superposition.toys.responses import Response

LR = 0.05
"""Adam's first step for weights of length 1, spread over the dimensions; it falls to 0 along a cosine."""


def effective_features(weights: Tensor, response: Response) -> Tensor:
    """How many features the weights give back [...], N = S^2 / T with S = sum_i a_ii^m, T = sum_ij sigma(a_ij)^2m, for
    f(t) = sigma(t)^m; whatever the weights' scale. 0 for weights that are all zero.

    Where features are so rare that no two are ever present, all as often, I / p = 2 mu_{m+1} S - mu_{2m} T. Scaled so
    that S becomes c S and T c^2 T, weights are best at c = mu_{m+1} S / (mu_{2m} T): I / p = (mu_{m+1}^2 / mu_{2m}) N.
    """
    answers = _answers(weights, response)
    own, all_squared = _diagonal(answers).sum(-1), answers.square().sum((-2, -1))
    return own.square() / all_squared.clamp(min=torch.finfo(torch.float64).tiny)


def sparse_improvement(weights: Tensor, response: Response, values: str, density: Tensor, importance: Tensor) -> Tensor:
    """I [...] to first order in the densities p [..., feature], the error of each feature counted by its importance
    I_i [..., feature].

    At most one feature is present: i with value u makes all features j answer sigma(a_ji u)^k = u^k sigma(a_ji)^k. So
    I = 2 mu_{k+1} sum_i p_i I_i a_ii^k - mu_{2k} sum_ij p_i I_j sigma(a_ji)^{2k}. Raises InputError for a rectified
    response to values of both signs: only u >= 0 can be taken out of sigma.
    """
    if response.rectified and values != "uniform":
        raise InputError(f"values: {values!r} has both signs, which a rectified response can't give back: take uniform")
    answers, k = _answers(weights, response), response.power
    gained = (density * importance * _diagonal(answers)).sum(-1)
    lost = (density * (importance.unsqueeze(-2) @ answers.square()).squeeze(-2)).sum(-1)
    return 2 * moment(values, k + 1) * gained - moment(values, 2 * k) * lost


def improvement(weights: Tensor, power: int, values: str, density: Tensor | float) -> Tensor:
    """I [...] of f(t) = t^m, m = `power`, for features that all have the same density [...]: exact at any density.

    Cumulants of independent numbers add, so t_i = sum_j a_ij x_j has kappa_r sum_j a_ij^r, kappa those of one feature,
    and R_i, what t_i is without a_ii x_i, has kappa_r (sum_j a_ij^r - a_ii^r). They give all moments:
    D = sum_i E[t_i^{2m}], C = sum_i E[x_i (a_ii x_i + R_i)^m] = sum_i sum_k C(m, k) a_ii^k E[x_i^{k+1}] E[R_i^{m-k}].
    """
    products, density = weights.mT @ weights, torch.as_tensor(density, dtype=torch.float64).unsqueeze(-1)
    own, rates = _diagonal(products), _cumulants(values, density, 2 * power)
    of_all = {order: rate * (products**order).sum(-1) for order, rate in rates.items()}
    of_own = {order: rate * own**order for order, rate in rates.items()}
    rest = _moments({order: of_all[order] - of_own[order] for order in rates if order <= power}, power)
    kept = torch.zeros((), dtype=torch.float64)
    for k in range(power + 1):
        if power - k in rest:
            kept = kept + comb(power, k) * density * moment(values, k + 1) * own**k * rest[power - k]
    return (2 * kept - _moments(of_all, 2 * power)[2 * power]).sum(-1)


def best(
    objective: Callable[[Tensor], Tensor],
    dimensions: int,
    features: int,
    restarts: int,
    steps: int,
    generator: torch.Generator,
    problems: tuple[int, ...] = (),
) -> tuple[Tensor, Tensor]:
    """What `objective` [..., restart] of weights [..., restart, dimension, feature] is at its maximum, as each restart
    finds it, and the best weights [..., dimension, feature]; ... stands for `problems`, all searched at once.

    Adam from random unit vectors, at the length that serves each start best. The first start has all features; each of
    the others fewer, down to as many as there are dimensions, and the rest of them short: the more features are present
    at a time, the fewer the best weights keep, and a search that starts with all of them hardly ever finds those.
    """
    starts = _starts((restarts, dimensions, features), generator).expand(*problems, -1, -1, -1)
    weights = _at_best_length(objective, starts)
    weights.requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=LR / dimensions**0.5, eps=1e-30)  # gradients may be as small as p
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        objective(weights).sum().neg().backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        values = objective(weights)
        chosen = values.argmax(-1)[..., None, None, None].expand(*problems, 1, dimensions, features)
        return values, weights.gather(-3, chosen).squeeze(-3)


def _starts(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Random unit vectors, from the second restart on ever more of them a tenth as long."""
    *_, restarts, dimensions, features = shape
    drawn = torch.randn(shape, dtype=torch.float64, generator=generator)
    vectors = drawn / drawn.norm(dim=-2, keepdim=True)
    fewest = min(dimensions, features)
    kept = fewest * torch.logspace(1, 0, restarts, base=features / fewest, dtype=torch.float64)
    return torch.where(torch.arange(features) < kept.round()[:, None, None], vectors, vectors / 10)


@torch.no_grad()
def _at_best_length(objective: Callable[[Tensor], Tensor], weights: Tensor) -> Tensor:
    """The weights of each restart at whichever length, 1/4 to 5/4 of theirs, makes the objective largest."""
    lengths = torch.linspace(0.25, 1.25, 21, dtype=torch.float64)
    values = torch.stack([objective(weights * length) for length in lengths])
    return weights * lengths[values.argmax(0)][..., None, None]


def _answers(weights: Tensor, response: Response) -> Tensor:
    """sigma(a_ji)^k [..., feature that answers j, feature that is present i]."""
    products = weights.mT @ weights
    return (products.relu() if response.rectified else products) ** response.power


def _diagonal(matrices: Tensor) -> Tensor:
    return matrices.diagonal(dim1=-2, dim2=-1)


def _cumulants(values: str, density: Tensor, highest: int) -> dict[int, Tensor]:
    """Cumulants [...] of a feature with density [...], by order; without the odd ones where these are all zero."""
    rows = [cumulants(values, p, highest) for p in density.flatten().tolist()]
    by_order = torch.tensor(rows, dtype=torch.float64).T.reshape(-1, *density.shape)
    return {order: by_order[order] for order in range(1, highest + 1) if moment(values, order)}


def _moments(cumulants: dict[int, Tensor], highest: int) -> dict[int, Tensor]:
    """Moments m_n [...] up to order `highest` from cumulants, m_n = sum_k C(n-1, k-1) kappa_k m_{n-k}; without those
    that are zero, which cumulants left out make."""
    found = {0: torch.ones((), dtype=torch.float64)}
    for n in range(1, highest + 1):
        terms = [comb(n - 1, k - 1) * of_k * found[n - k] for k, of_k in cumulants.items() if n - k in found]
        if terms:
            found[n] = torch.stack(torch.broadcast_tensors(*terms)).sum(0)
    return found
