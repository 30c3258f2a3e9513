"""Numbers and comparisons as a reader meets them."""

import math


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
