"""Comparisons over seeds."""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

LEVEL = 0.95
RESAMPLES = 4999
ROUNDING = 1e-9  # of what was measured: differences that vary by less are equal


class Interval(NamedTuple):
    """Mean of n values, and the ends of its 95 % interval (nan for a single value)."""

    n: int
    mean: float
    low: float
    high: float


class PairedDifference(NamedTuple):
    """Means of a and b, their difference a - b, and the ends of its 95 % interval (nan for a single pair)."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float


class Evidence(NamedTuple):
    """What n paired differences say beyond their mean and its t interval; nan where they can't say it.

    The ends of the bootstrap's 95 % interval (four pairs or more), p of the t test, p of the permutation test, effect
    size (three pairs or more).
    """

    bootstrap_low: float
    bootstrap_high: float
    p_t: float
    p_permutation: float
    effect_size: float


class Adjusted(NamedTuple):
    """How much a difference rises with that of a covariate; what is left of it where the covariate is equal, the ends
    of its 95 % interval, and p of its being 0."""

    slope: float
    adjusted: float
    adjusted_low: float
    adjusted_high: float
    adjusted_p: float


NO_EVIDENCE = Evidence(*[float("nan")] * 5)


def interval(values: np.ndarray) -> Interval:
    """Mean of n values [value], with Student's t interval: m +- t(n - 1) s / sqrt(n) (Student 1908)."""
    values = np.asarray(values, np.float64)
    n, mean = len(values), float(values.mean())
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / n**0.5) if n > 1 else float("nan")
    return Interval(n, mean, mean - half, mean + half)


def paired_difference(a: np.ndarray, b: np.ndarray) -> PairedDifference:
    """a - b for n pairs [pair], with the interval of the mean of their differences."""
    n, difference, low, high = interval(np.asarray(a, np.float64) - np.asarray(b, np.float64))
    return PairedDifference(n, float(np.mean(a)), float(np.mean(b)), difference, low, high)


def evidence(a: np.ndarray, b: np.ndarray) -> Evidence:
    """What the differences a - b of n pairs [pair] say. All is nan for a single pair, and where the pairs differ by the
    same amount: nothing shows how far chance reaches."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    differences = a - b
    if np.ptp(differences) <= ROUNDING * np.abs([a, b]).max():
        return NO_EVIDENCE
    return Evidence(
        *bootstrap_interval(differences),
        p_of_t_test(differences),
        p_of_permutations(differences),
        effect_size(differences),
    )


def adjusted_difference(differences: np.ndarray, covariate: np.ndarray) -> Adjusted:
    """What is left of paired differences [seed, round] at equal covariate: the intercept of their regression on the
    covariate's differences [seed, round].

    Rounds of a seed are not independent, so the interval is the jackknife's over seeds with Student's t(n - 1)
    (MacKinnon, Nielsen & Webb 2023, doi:10.1002/jae.2961): it and p are nan for one seed. All is nan where a regression
    finds no slope, because the covariate does not vary.
    """
    n = len(differences)
    slope, left = _line(differences, covariate)
    if n == 1:
        return Adjusted(slope, left, float("nan"), float("nan"), float("nan"))
    others = [_line(np.delete(differences, seed, 0), np.delete(covariate, seed, 0))[1] for seed in range(n)]
    error = ((n - 1) / n * np.square(np.array(others) - left).sum()) ** 0.5
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * error)
    p = float(2 * stdtr(n - 1, -abs(left) / error)) if error else float("nan")
    return Adjusted(slope, left, left - half, left + half, p)


def _line(y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of y on x by least squares; nan where x does not vary."""
    about_mean = x - x.mean()
    if np.ptp(x) <= ROUNDING * np.abs(x).max():
        return float("nan"), float("nan")
    slope = float((about_mean * y).sum() / np.square(about_mean).sum())
    return slope, float(y.mean() - slope * x.mean())


def p_of_t_test(values: np.ndarray) -> float:
    """Two-sided p of Student's t test that n >= 2 values [value] have mean 0; below 0.05 where `interval` leaves out
    0."""
    n = len(values)
    return float(2 * stdtr(n - 1, -abs(values.mean()) / (values.std(ddof=1) / n**0.5)))


def p_of_permutations(values: np.ndarray) -> float:
    """Two-sided p of the sign-flip test that n values [value] lie evenly about 0 (Fisher 1935): the share of all 2^n
    choices of signs that give a mean as far from 0.

    Never below 2 / 2^n: 0.25 for three values, 0.0625 for five. Exact for up to 12; from 13 on, as many choices of
    signs as `RESAMPLES` are drawn.
    """
    from scipy.stats import permutation_test  # costs a second, which figures and other stages need not pay

    rng = np.random.default_rng(0)
    test = permutation_test(
        (values,), np.mean, permutation_type="samples", vectorized=True, n_resamples=RESAMPLES, rng=rng
    )
    return float(test.pvalue)


def bootstrap_interval(values: np.ndarray) -> tuple[float, float]:
    """The ends of the studentised bootstrap's 95 % interval for the mean of n values [value] that are not all equal
    (Efron & Tibshirani 1993, ch. 12), from always the same random numbers; resamples without spread are left out.

    Studentised, because it is the one that covers with few seeds: 94 % at n = 5, for normal and for exponential
    values, where the BCa interval covers 82 % (it can't reach beyond the values themselves). With three values a ninth
    of the resamples has no spread, and the rest covers 81 %: nan below n = 4.
    """
    n = len(values)
    if n < 4:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(0).choice(np.sort(values), (RESAMPLES, n))
    resamples = drawn[np.ptp(drawn, axis=1) > 0]
    mean, error = values.mean(), values.std(ddof=1)
    scaled = (resamples.mean(axis=1) - mean) / resamples.std(axis=1, ddof=1)
    low, high = np.quantile(scaled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(mean - high * error), float(mean - low * error)


def effect_size(values: np.ndarray) -> float:
    """Mean of n paired differences [value] over their standard deviation (Cohen's d_z, 1988), without its bias (Hedges
    1981, doi:10.3102/10769986006002107): times J(m) = G(m/2) / (sqrt(m/2) G((m-1)/2)), m = n - 1, G the gamma function.

    nan below n = 3: J(1) = 0, two values have no unbiased estimate.
    """
    m = len(values) - 1
    if m < 2:
        return float("nan")
    correction = np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / (m / 2) ** 0.5
    return float(correction * values.mean() / values.std(ddof=1))


def seed_share(values: np.ndarray) -> float:
    """Share of the variation within arms that goes with the seed, for values [arm, seed]: s / (s + e), with the
    variance components of seeds and of what is left in a two-way layout, s = max(0, (MS_seed - MS_e) / arms), e = MS_e
    (Shrout & Fleiss 1979, ICC(3, 1)).

    From 0 to 1: what a seed does to all arms alike, and pairing takes out. nan for one seed and without variation.
    """
    arms, seeds = values.shape
    if seeds == 1 or not np.ptp(values, axis=1).any():
        return float("nan")
    of_arms = values - values.mean(axis=1, keepdims=True)
    of_seeds = of_arms.mean(axis=0)
    error = np.square(of_arms - of_seeds).sum() / ((arms - 1) * (seeds - 1))
    component = max(0.0, of_seeds.var(ddof=1) - error / arms)
    return float(component / (component + error))


def holm(p: np.ndarray) -> np.ndarray:
    """p-values [test] corrected for their number, so that the chance of any false positive among them stays below the
    level (Holm 1979): the i-th smallest of m times m - i + 1, none below a smaller one's, none above 1."""
    p = np.asarray(p, np.float64)
    order = np.argsort(p)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return corrected
