"""The quantities that a reader meets first: those that a metric names in `HEADLINE`, or all of one that names none."""

from pandas import DataFrame

from superposition import plugins, tables

MEASURE = ["layer", "metric", "quantity"]
QUANTITY = ["dataset", *MEASURE]
LEAST = 3  # rounds that a correlation takes


def is_headline(metric: str, quantity: str) -> bool:
    """Whether a metric wants a quantity shown first."""
    return quantity in plugins.declared("metric", metric).get("HEADLINE", (quantity,))


def only(frame: DataFrame) -> DataFrame:
    """The rows of headline quantities; frame: metric, quantity and whatever else."""
    quantities = zip(frame["metric"], frame["quantity"], strict=True)
    return frame.loc[[is_headline(metric, quantity) for metric, quantity in quantities]]


def after_rounds(measures: DataFrame, experiments: DataFrame) -> DataFrame:
    """The headline quantities of all rounds, with the number labelled so far and the test accuracy of each."""
    rounds = experiments[[*tables.RUN, "labelled", "accuracy"]]
    return only(measures.dropna(subset="value")).merge(rounds, on=tables.RUN)


def trained(rounds: DataFrame) -> DataFrame:
    """The rounds that learnt from samples: not those of a control; rounds: labelled and whatever else."""
    return rounds[rounds["labelled"] > 0]


def side_by_side(rounds: DataFrame) -> DataFrame:
    """Measures beside one another, one row a round of a run; columns `cosine sample.mean, avgpool`, in the order in
    which they were measured. rounds: as from `after_rounds`."""
    names = rounds["metric"] + " " + rounds["quantity"] + ", " + rounds["layer"]
    values = rounds.assign(name=names).pivot(index=tables.RUN, columns="name", values="value")
    return values[names.unique()]


def correlations(values: DataFrame) -> DataFrame:
    """Spearman's rank correlation of each two columns [column, column]; nan for fewer than `LEAST` rows that have both,
    and where one does not vary."""
    return values.corr(method="spearman", min_periods=LEAST)
