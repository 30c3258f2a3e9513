"""What types can't say about toy models. Light: the Snakefile imports it."""

from collections import Counter
from operator import attrgetter
from typing import Any

from superposition import plugins
from superposition.errors import InputError, none_of
from superposition.toys.config import Bounds, Models, Selection, Toys, spelt_out
from superposition.toys.responses import Response

SCORES = ("highest_loss", "largest_norm", "most_active")
"""Ways to choose that only toy models know."""


def check(toys: Toys) -> None:
    """Raise InputError, naming key, value and remedy, if a toy can't run."""
    for name, times in Counter(toys.names).items():
        if times > 1:
            raise InputError(f"toys: {name!r} names two toy models; give each a name of its own")
    for name, models in toys.models.items():
        check_models(f"toys.models.{name}", models)
    for name, bounds in toys.bounds.items():
        check_bounds(f"toys.bounds.{name}", bounds)
    for name, selection in toys.selections.items():
        check_selection(f"toys.selections.{name}", selection)


def check_models(key: str, toy: Models) -> None:
    """More features than dimensions, densities that are probabilities, known activations, groups that fill up."""
    check_packed(key, toy.dimensions, toy.features)
    check_densities(f"{key}.densities", spelt_out(toy.densities))
    for at in spelt_out(toy.importance.at):
        if not 0 < at < float("inf"):
            raise InputError(f"{key}.importance.at: {at} is no weight of an error; give a number above 0")
    for activation in toy.activations:
        check_activation(f"{key}.activations", activation)
    grouped = [occurrence for occurrence in toy.occurrence if occurrence != "independent"]
    if grouped and toy.features % toy.group:
        raise InputError(f"{key}.group: {toy.features} features are no whole number of groups of {toy.group}")
    if grouped and toy.decay < 1:
        raise InputError(f"{key}.decay: {toy.decay}, but {grouped[0]} features must be equally dense; leave it out")
    highest = max(spelt_out(toy.densities))
    if "anticorrelated" in grouped and toy.group * highest > 1:
        raise InputError(
            f"{key}.densities: {highest} is too much for anticorrelated features in groups of {toy.group}: one at most "
            f"is present, so that none can be above {1 / toy.group:.3g}"
        )
    for column in ("activations", "hidden", "occurrence", "seeds"):
        check_once(f"{key}.{column}", getattr(toy, column))
    check_figures(key, toy, "models")


def check_bounds(key: str, toy: Bounds) -> None:
    """Theory has bounds for powers of symmetric values, and for powers of ReLU of values above 0."""
    response = check_activation(f"{key}.activation", toy.activation)
    for dimensions, features in toy.sizes:
        check_packed(f"{key}.sizes", dimensions, features)
    if response.rectified != (toy.values == "uniform"):
        right = "uniform" if response.rectified else "sign, symmetric or normal"
        why = "can't give back values below 0" if response.rectified else "has its bounds for symmetric values"
        raise InputError(f"{key}.values: {toy.values!r}, but {toy.activation} {why}; use {right}")
    if toy.densities is not None:
        check_densities(f"{key}.densities", spelt_out(toy.densities))
        if response.rectified:
            raise InputError(f"{key}.densities: {toy.activation} has bounds for ever rarer features only; leave it out")
    check_figures(key, toy, "bounds")


def check_selection(key: str, toy: Selection) -> None:
    """The pool lasts for all rounds, and the arms can choose from sparse samples."""
    check_packed(key, toy.dimensions, toy.features)
    check_densities(f"{key}.density", [toy.density])
    if check_activation(f"{key}.activation", toy.activation).rectified and toy.values != "uniform":
        raise InputError(
            f"{key}.values: {toy.values!r}, but {toy.activation} can't give back values below 0; use uniform"
        )
    if toy.rounds * toy.query >= toy.pool:
        raise InputError(
            f"{key}.pool: {toy.rounds} rounds of {toy.query} leave nothing to choose in a pool of {toy.pool}; "
            "at the last round every way to choose would have the same samples"
        )
    strategies = plugins.names("strategy")
    for arm in toy.arms:
        if arm not in SCORES and not (arm in strategies and needs_features_only(arm)):
            raise none_of(f"{key}.arms", arm, [*SCORES, *filter(needs_features_only, strategies)])
    check_once(f"{key}.arms", toy.arms)
    check_once(f"{key}.seeds", toy.seeds)
    check_figures(key, toy, "selections")


def needs_features_only(strategy: str) -> bool:
    """Whether a strategy of the study can choose in a toy model, which has no classes."""
    return set(plugins.declared("strategy", strategy)["NEEDS"]) <= {"features"}


def check_packed(key: str, dimensions: int, features: int) -> None:
    """There are more features than dimensions."""
    if dimensions >= features:
        raise InputError(
            f"{key}: {dimensions} dimensions for {features} features; give fewer dimensions than features, or each has "
            "one for itself and nothing is packed"
        )


def check_densities(key: str, densities: list[float]) -> None:
    """Each is a probability that is not 0."""
    for density in densities:
        if not 0 < density <= 1:
            raise InputError(
                f"{key}: {density} is not above 0 and at most 1, as the probability that a feature is present must be"
            )


def check_activation(key: str, name: str) -> Response:
    """The activation of that name."""
    try:
        return Response.parse(name)
    except InputError as error:
        raise InputError(f"{key}: {error}") from None


def check_once(key: str, values: list[Any]) -> None:
    """Nothing is listed twice."""
    if len(set(values)) < len(values):
        raise InputError(f"{key}: {values} names one twice")


def check_figures(key: str, toy: Models | Bounds | Selection, kind: str) -> None:
    """The figures exist and can show such a toy: a figure says of what (`OF`) and with which settings (`SHOWS`)."""
    known = [name for name in plugins.names("toy_figure") if plugins.declared("toy_figure", name)["OF"] == kind]
    for figure in toy.figures:
        if figure not in known:
            raise none_of(f"{key}.figures", figure, known)
        for setting, value in plugins.declared("toy_figure", figure).get("SHOWS", {}).items():
            if (found := attrgetter(setting)(toy)) != value:
                raise InputError(f"{key}.figures: {figure!r} shows toys with {setting}: {value}, not {found}")
    check_once(f"{key}.figures", toy.figures)
