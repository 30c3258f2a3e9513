"""What a config file may say about toy models. Light: the Snakefile imports it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, NonNegativeFloat, PositiveFloat, PositiveInt, Tag

from superposition.section import Count, Fraction, Name, Section, Seed

Values = Literal["uniform", "sign", "symmetric", "normal"]
Seeds = Annotated[list[Seed], Field(min_length=1)]


class Span(Section):
    """Numbers at equal ratios."""

    start: PositiveFloat
    """The first number."""
    stop: PositiveFloat
    """The last number."""
    points: Annotated[Count, Field(le=10_000)]
    """How many numbers."""

    @property
    def numbers(self) -> list[float]:
        """From `start` to `stop`, both ends exactly."""
        ratio = self.stop / self.start
        inner = [self.start * ratio ** (point / (self.points - 1)) for point in range(1, self.points - 1)]
        return [self.start, *inner, self.stop]


def _kind(numbers: Any) -> str:
    return "<span>" if isinstance(numbers, Mapping | Span) else "<list>"


Listed = Annotated[list[float], Field(min_length=1), Tag("<list>")]
Numbers = Annotated[Listed | Annotated[Span, Tag("<span>")], Discriminator(_kind)]
"""A list of numbers, or `{start, stop, points}`: so many at equal ratios."""


def spelt_out(numbers: list[float] | Span) -> list[float]:
    """All numbers, one by one."""
    return numbers.numbers if isinstance(numbers, Span) else numbers


class Importance(Section):
    """How much the error of each feature counts."""

    shape: Literal["geometric", "linear", "last"] = "geometric"
    """geometric: each feature counts `at` times as much as the one before it, the first 1; linear: evenly from 1 for
    the first feature to `at` for the last; last: `at` for the last feature, 1 for all others."""
    at: Numbers = [1.0]
    """One model each; or `{start, stop, points}`: so many numbers at equal ratios."""


class ToyTraining(Section):
    """How toy models are trained; the defaults are those of Elhage et al. 2022."""

    optimiser: Literal["adam", "adamw"] = "adamw"
    """Adam, or AdamW, whose weight decay is decoupled."""
    lr: PositiveFloat = 1e-3
    """Learning rate."""
    weight_decay: NonNegativeFloat = 0.01
    """Weight decay of adamw; adam ignores it."""
    steps: PositiveInt = 10_000
    """Updates."""
    batch_size: PositiveInt = 1024
    """Samples an update."""


class Models(Section):
    """Autoencoders x' = f(V s(W x) + b) of sparse features: one for every combination of what is listed, all trained
    at once."""

    features: Count
    """Features, n."""
    dimensions: PositiveInt
    """Dimensions that they are packed into, m: fewer than features."""
    densities: Numbers = [1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
    """Probability that the first feature is present, 1 - S; one model each, or `{start, stop, points}`."""
    decay: Fraction = 1.0
    """Density of each feature over that of the one before it."""
    importance: Importance = Importance()
    """How much the error of each feature counts."""
    values: Values = "uniform"
    """A feature's value when it is present: from 0 to 1; -1 or 1; from -1 to 1; or normal."""
    occurrence: Annotated[list[Literal["independent", "correlated", "anticorrelated"]], Field(min_length=1)] = [
        "independent"
    ]
    """Whether features are present each by itself, or, in groups of neighbours, all together or one at most."""
    group: Count = 2
    """Features of a group."""
    activations: Annotated[list[str], Field(min_length=1)] = ["relu"]
    """f: `linear`, `relu`, a power `power3` (t^3; odd ones only) or a power of ReLU, `relu2`."""
    hidden: Annotated[list[Literal["linear", "relu"]], Field(min_length=1)] = ["linear"]
    """s: nothing, or ReLU."""
    tied: bool = True
    """V is the transpose of W; otherwise it is learnt by itself."""
    bias: bool = True
    """b is learnt; otherwise there is none."""
    target: Literal["identity", "absolute"] = "identity"
    """What x' should be: x, or its absolute value."""
    seeds: Seeds = [0]
    """Replicates: the same seed gives every model the same draws and the same first weights."""
    training: ToyTraining = ToyTraining()
    """How the models are trained."""
    figures: list[str] = ["matrices"]
    """Figures: files of `toy_figures/`."""

    @property
    def surplus(self) -> int:
        """Features that have no dimension of their own."""
        return self.features - self.dimensions


class Bounds(Section):
    """How good a tied autoencoder x' = f(W'W x) without bias can be, beside bounds from theory (Chowdhury & Weiner
    2026)."""

    activation: str = "power3"
    """f: a power `power3` (t^3; odd ones only) or a power of ReLU, `relu2`."""
    sizes: Annotated[list[tuple[PositiveInt, Count]], Field(min_length=1)]
    """Pairs of dimensions and features."""
    densities: Numbers | None = None
    """Probability that a feature is present; of powers only. The limit of ever rarer features is always looked at."""
    values: Values = "sign"
    """A feature's value when it is present: `sign`, `symmetric` or `normal` for powers, `uniform` for powers of
    ReLU."""
    starts: PositiveInt = 32
    """Random starts of the search for the best W."""
    steps: PositiveInt = 1000
    """Updates of each."""
    seed: Seed = 0
    """Of the random starts."""
    figures: list[str] = ["improvement"]
    """Figures: files of `toy_figures/`."""


class Selection(Section):
    """Rounds of choosing the samples that a toy model is trained on."""

    features: Count = 20
    """Features, n."""
    dimensions: PositiveInt = 5
    """Dimensions that they are packed into, m: fewer than features."""
    density: float = 0.1
    """Probability that the first feature is present."""
    decay: Fraction = 1.0
    """Density of each feature over that of the one before it."""
    importance: PositiveFloat = 1.0
    """How much the error of each feature counts, over that of the one before it."""
    values: Values = "uniform"
    """A feature's value when it is present: from 0 to 1; -1 or 1; from -1 to 1; or normal."""
    activation: str = "relu"
    """f: `linear`, `relu`, a power `power3` (t^3; odd ones only) or a power of ReLU, `relu2`."""
    bias: bool = True
    """b is learnt; otherwise there is none."""
    pool: Count = 20_000
    """Samples to choose from."""
    rounds: Count = 10
    """Rounds of choosing and training; each trains afresh on all samples chosen so far."""
    query: Count = 200
    """Samples added a round; the first round's are drawn at random, the same for every arm."""
    arms: Annotated[list[str], Field(min_length=2)] = [
        "random",
        "highest_loss",
        "largest_norm",
        "most_active",
        "k_center",
    ]
    """Ways to choose: `highest_loss`, `largest_norm`, `most_active`, and those files of `strategies/` that need nothing
    or features only. All others are compared with the first."""
    seeds: Seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """Replicates: the same seed gives every arm the same pool, first samples and first weights."""
    training: ToyTraining = ToyTraining()
    """How the models are trained."""
    figures: list[str] = ["packed", "chosen"]
    """Figures: files of `toy_figures/`."""


class Toys(Section):
    """Toy models, in which the features are known, so that superposition can be measured instead of inferred. Each has
    a name of its own."""

    models: dict[Name, Models] = {}
    """Autoencoders over densities, importances, activations and seeds."""
    bounds: dict[Name, Bounds] = {}
    """How good autoencoders can be, beside bounds from theory."""
    selections: dict[Name, Selection] = {}
    """Does choosing samples change how many features are packed?"""

    @property
    def names(self) -> list[str]:
        """All toy models, in the order in which the report shows them."""
        return [*self.models, *self.bounds, *self.selections]

    def __getitem__(self, name: str) -> Models | Bounds | Selection:
        """The settings of the toy of that name."""
        toys: dict[str, Models | Bounds | Selection] = {**self.models, **self.bounds, **self.selections}
        return toys[name]
