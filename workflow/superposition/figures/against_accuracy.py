"""Every measure against test accuracy, one mark a round and seed, one panel a measure and layer.

Where arms lie on one curve, what they select changes a measure only as far as it changes accuracy.
"""

from collections.abc import Mapping

from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import headlines, measure_panels, plotting

NEEDS = ("measures", "experiments")
METRICS = ("accuracy",)
SECTION = "trajectories"
CAPTION = (
    "The measures that the report shows first against test accuracy, one panel a measure and layer, one mark a round "
    "and seed. ρ: Spearman's rank correlation over all marks of a panel, which are not independent of one another. "
    "Where the arms lie on one curve, a measure says little that accuracy does not; an arm apart from the others "
    "packs its features otherwise at the same accuracy."
)
LABEL = "test accuracy (%)"


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Panels in the order in which the study names its measures; accuracy itself has none."""
    rounds = headlines.trained(headlines.after_rounds(tables["measures"], tables["experiments"]))
    rounds = rounds[rounds["metric"] != "accuracy"].dropna(subset="accuracy")
    looks = plotting.arm_looks(tables["experiments"])
    if rounds.empty:
        return plotting.nothing(width_mm, "Nothing but accuracy was measured.", LABEL, "measure")
    figure, panels = measure_panels.grid(rounds, looks, width_mm)
    for axis, measured in panels:
        for arm, look in looks.items():
            marks = measured[measured["arm"] == arm]
            style = {**look, "linestyle": ""}
            axis.plot(100 * marks["accuracy"], marks["value"], markersize=3, alpha=0.7, **style)
        axis.set_xlabel(f"{LABEL}{_correlated(measured)}")
    plotting.note(figure, f"One mark a round and seed; {plotting.seed_count(rounds)}.")
    return figure


def _correlated(measured: DataFrame) -> str:
    """`; ρ = 0.71`, or nothing for fewer than three marks or without variation."""
    found = headlines.correlations(measured[["accuracy", "value"]]).loc["accuracy", "value"]
    return f"; ρ = {found:.2f}".replace("-", "−") if found == found else ""
