"""What a study's config file may say: every key with its type, default, unit and one line of help.

config/schema.json, for editors, and config/README.md are made from this file. Light: the Snakefile imports it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from superposition.section import Count, Fraction, Name, Section, Seed
from superposition.toys.config import Toys

UNTRAINED = "untrained"
CONTROL = {"training": {"epochs": 0, "weights": None}}
"""The arm that shows what random weights have already."""
MACHINE = {"gpus", "jobs_per_gpu"}
"""Keys of a study that change no result."""


class Optimiser(Section):
    """How weights are updated."""

    name: Literal["adam", "adamw", "sgd"] = "adam"
    """Adam, AdamW, or SGD with Nesterov momentum."""
    lr: PositiveFloat = 1e-3
    """Learning rate: the peak, where `schedule` varies it."""
    weight_decay: NonNegativeFloat = 0.0
    """Weight decay, for all but batch norm's and biases; L2 in adam and sgd, decoupled in adamw."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Nesterov momentum of sgd; the others ignore it."""


class Training(Section):
    """How one network is trained in one round."""

    network: Name = "resnet18"
    """A classification network of torchvision."""
    stem: Literal["imagenet", "cifar"] = "imagenet"
    """First layer: torchvision's own, or a 3x3 convolution of stride 1 and no pooling, for small images."""
    weights: str | None = None
    """First weights of all but the head: a torchvision weights name (IMAGENET1K_V1), a file, or null for random."""
    epochs: NonNegativeInt = 20
    """Passes over the round's training samples; 0 leaves the network as it begins."""
    batch_size: Annotated[int, Field(ge=2)] = 128
    """Samples a step."""
    optimiser: Optimiser = Optimiser()
    """How weights are updated."""
    schedule: Literal["constant", "step", "cosine", "one_cycle"] = "constant"
    """Learning rate over a round's steps: constant, a tenth for the last fifth, cosine to 0, or up to `lr` and down."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the head's inputs dropped at random in training, besides what the network drops by itself."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the target spread over all classes."""
    augment: list[Literal["crop", "flip"]] = []
    """Random crops (zero padding of an eighth of the size) and horizontal flips."""
    shuffle: bool = True
    """A new order each epoch; false keeps the order of the sample ids, which in a folder of images is class by class,
    so that nothing is learnt; in CIFAR-10's own archive it is mixed."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """Arithmetic of the forward pass; weights and updates stay fp32. Evaluation is always fp32."""


class Arm(Section):
    """One training regimen."""

    strategy: str = "random"
    """How samples are chosen after the first round: a file of `strategies/`."""
    rounds: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Rounds of choosing and training; 1 trains once."""
    query: Count | Fraction | None = None
    """Samples added a round: a count, a fraction of the pool, or null for equal shares; the last takes the rest."""
    first: Count | Fraction | None = None
    """Samples of the first round, drawn at random: a count, a fraction of the pool, or null for as many as `query`."""
    committee: Annotated[Count, Field(le=1000)] | None = None
    """Networks a round (for `bald`: dropout passes) for a strategy that asks a committee; null for the others."""
    labelled: Literal["all", "newest"] = "all"
    """A round trains on all samples labelled so far, or on the newest only."""
    between_rounds: Literal["reset", "carry"] = "reset"
    """A round begins from the first weights, or from the last round's weights and optimiser state."""
    start: Name | None = None
    """Begin from the finished network and optimiser state of this arm."""
    training: Training = Training()
    """Keys here override the study's `training` for this arm."""

    @property
    def trained(self) -> bool:
        """Whether it learns at all; a control does not."""
        return self.training.epochs > 0

    @property
    def share(self) -> float:
        """`query`, with equal shares as a fraction."""
        return self.query or 1 / self.rounds

    @property
    def first_share(self) -> float:
        """`first`, with null as `share`."""
        return self.first or self.share


class Dataset(Section):
    """Where a dataset comes from, and how much of it is used."""

    plugin: str | None = None
    """A file of `datasets/`; null: the one with the dataset's own name."""
    archive: Path | None = None
    """A local copy of the archive, instead of a download."""
    root: Path | None = None
    """A local folder with the images, instead of an archive."""
    name: str | None = None
    """Class of torchvision.datasets, for the plugin `torchvision`."""
    size_px: PositiveInt | None = None
    """Resize images to this height and width; null keeps their own, which must then be equal."""
    classes: list[str] | None = None
    """Use these classes only."""
    limit: PositiveInt | None = None
    """Use at most this many images of each split, the same share of each class."""


class Features(Section):
    """What is kept of a layer's activations."""

    dtype: Literal["float16", "float32"] = "float16"
    """Number format on disk; logits are always float32."""
    maps: Literal["mean", "keep"] = "mean"
    """Spatial maps are averaged over positions, or kept."""


class Measures(Section):
    """How many samples measures look at."""

    exact_up_to: PositiveInt = 50_000
    """Samples of a split up to which measures that look at all pairs of samples do so; all others are always exact."""
    sample: Annotated[int, Field(ge=100)] = 10_000
    """Samples drawn at random in a larger split, the same for every network; measures then tell a standard error."""


class Autoencoder(Section):
    """How sparse autoencoders are trained: two of each measured layer, `topk` and `l1`, if a metric asks for them."""

    codes: PositiveInt = 2
    """Directions in the dictionary, as a multiple of the layer's units."""
    active: PositiveInt = 16
    """Codes of a sample that `topk` leaves at work."""
    penalty: PositiveFloat = 0.1
    """What `l1` pays for the sum of a sample's codes; a squared error of 1 leaves out the whole sample."""
    steps: PositiveInt = 1000
    """Updates."""
    batch_size: PositiveInt = 128
    """Samples an update."""
    lr: PositiveFloat = 1e-3
    """Learning rate of Adam."""


class Maximisation(Section):
    """How pictures that excite a unit are made; of the first seed's networks."""

    settings: Annotated[list[Literal["native", "as_coded"]], Field(min_length=1)] = ["native"]
    """native: at the images' own size and normalised, as the network sees images; as_coded: as the paper's notebook
    does, at 224 px and not normalised, of last rounds only: images of 32 px take 50 times as long."""
    starts: PositiveInt = 3
    """Pictures of each unit, from different random starts."""
    steps: PositiveInt = 512
    """Updates of a picture."""
    lr: PositiveFloat = 0.05
    """Learning rate of Adam."""


class Figure(Section):
    """How figures are drawn."""

    width_mm: PositiveFloat = 180.0
    """Width in print."""
    dpi: PositiveInt = 200
    """Resolution of PNG files and of rasterised points."""


class Study(Section):
    """One study: the arms, trained on the same data with the same seeds, and what is measured."""

    study: Name
    """Names the folder `results/{study}`."""
    datasets: dict[Name, Dataset] = {}
    """Datasets by name; `name: {}` takes the defaults, `name: null` takes out one that a file below put in. A study of
    toy models alone has neither datasets nor seeds nor arms."""
    seeds: list[Seed] = []
    """Replicates: the same seed gives every arm the same first samples and first weights."""
    training: Training = Training()
    """What every arm inherits."""
    arms: dict[Name, Arm] = {}
    """Training regimens by name; `name: {}` takes the defaults, `name: null` takes one out, be it `untrained`, the
    network with random weights that every study has, or one that a file below put in."""
    contrasts: list[tuple[Name, Name]] = []
    """Pairs of arms that are compared seed by seed: first minus second."""
    layers: Annotated[list[str], Field(min_length=1)] = ["avgpool"]
    """Layers that are measured, as torch names them; `a+b`: what a gives, passed on through b. t-SNE shows the last."""
    metrics: list[str] = [
        "accuracy",
        "capacity",
        "coherence",
        "neural_collapse",
        "participation_ratio",
        "rankme",
        "intrinsic_dimension",
        "selectivity",
        "polysemanticity",
        "linear_probe",
        "cosine",
        "silhouette",
        "davies_bouldin",
        "calinski_harabasz",
    ]
    """Measures: files of `metrics/`."""
    figures: list[str] = [
        "learning_curves",
        "areas",
        "efficiency",
        "penalties",
        "query_time",
        "picked_classes",
        "queries",
        "scores",
        "overlap",
        "ages",
        "gallery",
        "trajectories",
        "against_accuracy",
        "tsne",
        "cosine",
        "agreement",
        "alignment",
        "maximised",
    ]
    """Figures: files of `figures/`."""
    features: Features = Features()
    """What is kept of a layer's activations."""
    measures: Measures = Measures()
    """How many samples measures look at."""
    autoencoder: Autoencoder = Autoencoder()
    """How sparse autoencoders are trained, if a metric asks for them."""
    units: dict[str, list[NonNegativeInt]] | None = None
    """Layers whose units have pages, with those units that pictures are made for; null: all of `layers`, with the
    paper's 8, 54, 200 and 455 of layer4.1.conv2."""
    maximisation: Maximisation = Maximisation()
    """How pictures that excite a unit are made."""
    toys: Toys = Toys()
    """Toy models, in which the features are known."""
    figure: Figure = Figure()
    """How figures are drawn."""
    gpus: PositiveInt | None = None
    """GPUs of this machine that jobs share, each job on one; null: every job sees all there are. Changes no result, and
    means nothing on a cluster."""
    jobs_per_gpu: PositiveInt = 1
    """Jobs on each of `gpus` at once."""
    keep: Literal["all", "last"] = "all"
    """Keep the networks and features of all rounds, or of each arm's last; `alignment` compares what is kept."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, values: Any) -> Any:
        """Drop nulled entries and fill every arm's `training` from the study's."""
        values = dict(values)
        for key in ("datasets", "arms"):
            if isinstance(values.get(key), Mapping):
                values[key] = {name: entry for name, entry in values[key].items() if entry is not None}
        if isinstance(values.get("arms"), Mapping):
            values["arms"] = {name: _with_training(arm, values.get("training")) for name, arm in values["arms"].items()}
        return values


def _with_training(arm: Any, inherited: Any) -> Any:
    return {**arm, "training": merged(inherited or {}, arm.get("training") or {})} if isinstance(arm, Mapping) else arm


def merged(below: Any, above: Any) -> Any:
    """`below` with the keys of `above` laid over it, mapping by mapping."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
