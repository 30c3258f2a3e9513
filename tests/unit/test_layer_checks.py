"""Layers that a study names, alone or in chains: which are refused before anything starts, and what disk they take."""

import pytest

from superposition import catalogue, checks, config, plan, plugins, studies
from superposition.errors import InputError

LAYERS = {"layer4": 512, "layer4.1": 512, "layer4.1.conv2": 512, "avgpool": 512, "penultimate": 512, "fc": 1000}
QUICK = {"metrics": ["accuracy"], "figures": []}


@pytest.fixture(autouse=True)
def torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network has the same layers."""
    entry = catalogue.Entry(parameters=11, layers=LAYERS, dropout=False, weights=[])
    monkeypatch.setattr(catalogue, "look_up", lambda network, stem: entry)


def study(**changes: object) -> config.Study:
    values = {"study": "s", "datasets": {"digits": {}}, "seeds": [0], "arms": {"a": {}, "untrained": None}, **QUICK}
    return studies.parse({**values, **changes})


@pytest.mark.parametrize("layers", [["avgpool"], ["layer4+layer4.1+layer4.1.conv2", "layer4"], ["penultimate+fc"]])
def test_layers_of_the_network_pass_alone_and_in_chains(layers: list[str]) -> None:
    accepted = study(layers=layers)
    checks.check(accepted)
    assert plan.recorded_layers(accepted) == layers


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ["layer9"]}, r"layers \(resnet18\): 'layer9' is none of avgpool, fc, layer4"),
        ({"layers": ["layer4+layer9"]}, r"layers \(resnet18\): 'layer9' is none of avgpool, fc, layer4"),
        ({"layers": ["logits"]}, r"layers \(resnet18\): 'logits' is none of avgpool"),
        ({"layers": ["layer4+"]}, r"layers \(resnet18\): '' is none of avgpool"),
        ({"layers": ["layer4+logits"]}, r"layers \(resnet18\): 'logits' is none of avgpool"),
        ({"layers": ["layer4+penultimate"]}, r"layers: 'layer4\+penultimate': 'penultimate' is no module"),
        (
            {"metrics": ["accuracy", "cosine_as_coded"], "training": {"network": "resnet50"}},
            r"metrics: 'cosine_as_coded' reads resnet18, not resnet50 \(arms.a.training.network\); leave it out",
        ),
        (
            {"metrics": ["clusters_as_coded"], "training": {"network": "vgg11"}},
            r"metrics: 'clusters_as_coded' reads resnet18, not vgg11 \(arms.a.training.network\); leave it out",
        ),
        ({"units": {"layer4": [1]}}, r"units: 'layer4' is not among `layers` \(avgpool\); add it there"),
        ({"units": {"avgpool": [8, 512]}}, r"units.avgpool: there is no unit 512, only 0 to 511"),
        ({"units": {"avgpool": [-1]}}, r"units.avgpool.0: -1 is not right"),
        (
            {"layers": ["layer4+layer4.1"], "units": {"layer4+layer4.1": [8]}},
            r"units.layer4\+layer4.1: no module of the network gives it, so it can have no pictures",
        ),
        ({"layers": ["penultimate"], "units": {"penultimate": [8]}}, "units.penultimate: no module of the network"),
    ],
)
def test_what_the_network_lacks_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        checks.check(study(**changes))


def test_metrics_as_coded_bring_their_layers_which_take_their_disk() -> None:
    bare, coded = study(), study(metrics=["accuracy", "cosine_as_coded", "clusters_as_coded"])
    checks.check(coded)
    assert plan.recorded_layers(coded) == ["avgpool", "layer4+layer4.1+layer4.1.conv2", "layer4"]
    sizes = [plan._gigabytes(of, {"a": 1}) for of in (bare, coded, study(layers=["penultimate+fc"]))]
    checkpoint, units, last = 4 * 11, [512, 3 * 512, 1000], [512, 512, 1000]
    test, train = (plugins.declared("dataset", "digits")[size] for size in ("TEST_SIZE", "TRAIN_SIZE"))
    values = [test * all_layers + train * one for all_layers, one in zip(units, last, strict=True)]
    assert sizes == pytest.approx([(checkpoint + 2 * number) / 1e9 for number in values])


def test_units_are_the_papers_unless_the_study_names_others() -> None:
    assert plan.units(study(layers=["layer4.1.conv2", "avgpool"])) == {
        "layer4.1.conv2": [8, 54, 200, 455],
        "avgpool": [],
    }
    assert plan.units(study(units={"avgpool": [3]})) == {"avgpool": [3]}
    assert plan.units(study(units={})) == {}


def test_an_arm_has_pictures_for_the_trained_arms_that_it_is_compared_with() -> None:
    arms = {"a": {}, "b": {}, "untrained": {"training": {"epochs": 0}}}
    compared = study(arms=arms, contrasts=[["a", "b"], ["b", "a"], ["a", "untrained"]])
    assert [plan.references(compared, arm) for arm in arms] == [["b"], ["a"], []]
