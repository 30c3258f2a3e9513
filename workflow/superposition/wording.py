"""Numbers and comparisons as a reader meets them."""

import math
from collections.abc import Mapping
from typing import Any

SIGNIFICANCE = 0.05
MAXIMISER = 0.01
"""The share of the test images that may excite a unit more than a picture that is made for it."""


def number(value: float) -> str:
    """Three decimals, or two significant digits of what is smaller; thousands apart; a dash for what is missing."""
    if math.isnan(value):
        return "–"
    if value == round(value) and abs(value) >= 10:
        return f"{value:,.0f}".replace("-", "−")
    if value and abs(value) < 0.0005:
        return f"{value:.2g}".replace("-", "−")
    return f"{value:,.3f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Seconds, minutes or hours."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def verdict(difference: float, low: float, high: float) -> str:
    """What an interval for a difference says: higher, lower, no clear difference, or nothing where there is no
    interval."""
    if math.isnan(low):
        return "one seed: no interval"
    if low <= 0 <= high:
        return "no clear difference" if difference else "equal"
    return "higher" if low > 0 else "lower"


def direction(difference: float) -> str:
    """Which way a difference points, whatever chance has to do with it."""
    return "equal" if difference == 0 else "higher" if difference > 0 else "lower"


def judgement(contrast: Mapping[str, Any]) -> str:
    """How sure the difference of a contrast is (a row of contrasts.tsv that is corrected for the number of them)."""
    if contrast["n"] == 1:
        return "one seed: nothing can be said about chance"
    if math.isnan(contrast["p_t"]):
        return "the same in every seed: nothing to test"
    if contrast["p_holm"] <= SIGNIFICANCE:
        return "certain"
    return "no clear difference" if contrast["low"] <= 0 <= contrast["high"] else "not certain"


def beyond_accuracy(contrast: Mapping[str, Any]) -> str:
    """What is left of a difference at equal accuracy, and how sure that is (a row of adjusted.tsv)."""
    if math.isnan(contrast["adjusted"]):
        return "accuracy does not differ"
    if contrast["n"] == 1:
        return "one seed: nothing can be said about chance"
    if contrast["adjusted_low"] <= 0 <= contrast["adjusted_high"]:
        return "no clear difference"
    sure = "certain" if contrast["adjusted_p_holm"] <= SIGNIFICANCE else "not certain"
    return f"{direction(contrast['adjusted'])}, {sure}"


def statement(contrast: Mapping[str, Any]) -> str:
    """A contrast (a row of contrasts.tsv) in a sentence that can be quoted by itself."""
    difference, judged = contrast["difference"], judgement(contrast)
    what = "{metric} {quantity} of {layer} is".format(**contrast)
    arms = "with {a} than with {b}" if difference else "with {a} and with {b}"
    size = f", by {number(abs(difference))}" if difference else ""
    corrected = contrast["comparisons"] > 1 and judged in ("certain", "not certain")
    after = f" after correcting for {contrast['comparisons']:.0f} comparisons" if corrected else ""
    return f"{what} {direction(difference)} {arms.format(**contrast)}{size}{_in_brackets(contrast)}: {judged}{after}."


def _in_brackets(contrast: Mapping[str, Any]) -> str:
    """` (95 % 0.012 to 0.050; d = 2.1; 5 seeds)`, turned to the difference's direction; nothing for one seed."""
    if contrast["n"] == 1:
        return ""
    ends = [contrast["low"], contrast["high"]]
    low, high = ends if contrast["difference"] >= 0 else [-end for end in reversed(ends)]
    effect = abs(contrast["effect_size"])
    size = "" if math.isnan(effect) else f"d\u00a0=\u00a0{effect:.1f}; "
    return f" (95\u00a0% {number(low)} to {number(high)}; {size}{contrast['n']} seeds)"


def alikeness(row: Mapping[str, Any]) -> str:
    """How alike two arms' features are, beside those of two seeds of one arm (a row of apart.tsv)."""
    if math.isnan(row["low"]):
        return "too few seeds to tell"
    return "less alike than two seeds" if row["low"] > 0 else "no clear difference"


def caution(seeds: int) -> str:
    """What few seeds can't show; nothing where there are three or more."""
    return {
        1: "One seed: nothing can be said about chance. There are no intervals and no tests; run more seeds.",
        2: "Two seeds: be careful. Each interval rests on a single difference between two numbers, there is no effect "
        "size, and no permutation test can give less than p = 0.5; run three seeds or more.",
    }.get(seeds, "")


def percent(share: float) -> str:
    """A share in per cent: whole, or with one decimal below 10; a dash for what is missing."""
    if math.isnan(share):
        return "–"
    return f"{100 * share:.{0 if round(100 * share, 1) >= 10 or share == 0 else 1}f} %"


def shortened(name: str, letters: int) -> str:
    """The name, cut to so many letters."""
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def enumeration(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)


def picture_verdict(beaten_by: int, samples: int) -> str:
    """What a picture made to excite a unit is worth, when so many of the test images excite the unit more."""
    if beaten_by == 0:
        return "no test image excites it more"
    found = f"{beaten_by:,} of {samples:,} test images excite{'s' * (beaten_by == 1)} it more"
    return found if beaten_by <= MAXIMISER * samples else f"not a maximiser: {found}"
