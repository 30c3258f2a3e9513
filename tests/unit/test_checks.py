"""Studies that can't run are refused before anything starts, naming key, value and choices."""

from pathlib import Path

import pytest

from superposition import catalogue, checks, config, studies
from superposition.errors import InputError


@pytest.fixture(autouse=True)
def torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torchvision says of two networks, without asking it (tests/workflow does ask)."""

    def look_up(network: str, stem: str) -> catalogue.Entry:
        if network not in ("resnet18", "resnet34"):
            raise InputError(f"network: {network!r} is none of resnet18, resnet34")
        layers = {"layer4": 512, "avgpool": 512, "penultimate": 512}
        return catalogue.Entry(parameters=11, layers=layers, dropout=False, weights=["IMAGENET1K_V1"])

    monkeypatch.setattr(catalogue, "look_up", look_up)


def study(**changes: object) -> config.Study:
    values = {"study": "s", "datasets": {"digits": {}}, "seeds": [0], "arms": {"a": {}, "b": {"rounds": 5}}, **changes}
    return studies.parse(values)


def passes(**changes: object) -> bool:
    """Whether a study can run."""
    try:
        checks.check(study(**changes))
    except InputError:
        return False
    return True


def test_a_sound_study_passes() -> None:
    assert passes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": {"digitz": {}}}, r"datasets.digitz: 'digitz' is none of cifar10, digits"),
        ({"datasets": {"mine": {"plugin": "folder"}}}, r"datasets.mine.plugin: 'folder' is none of .*image_folder"),
        ({"datasets": {"digits": {"root": "."}}}, r"datasets.digits.root: digits has no such option; it takes none"),
        ({"datasets": {"cifar10": {"archive": "no.tgz"}}}, r"datasets.cifar10.archive: no file at 'no.tgz'"),
        ({"datasets": {"image_folder": {"root": "nowhere"}}}, r"datasets.image_folder.root: no folder at 'nowhere'"),
        (
            {"datasets": {"digits": {"limit": 19}}},
            r"datasets.digits.limit: 19 is too few for 10 classes; .* at least 20",
        ),
        ({"datasets": {"image_folder": {}}}, r"datasets.image_folder: image_folder needs `archive` or `root`"),
        (
            {"datasets": {"torchvision": {"name": "CIFAR11"}}},
            r"datasets.torchvision.name: 'CIFAR11' is none of .*CIFAR100",
        ),
        ({"arms": {"a": {"strategy": "entropie"}}}, r"arms.a.strategy: 'entropie' is none of .*entropy, .*random"),
        (
            {"arms": {"a": {"strategy": "mean_kl", "rounds": 2}}},
            r"arms.a.committee: mean_kl needs one; give the number of networks, at least 2",
        ),
        (
            {"arms": {"a": {"strategy": "bald", "rounds": 2}}},
            r"arms.a.committee: bald needs one; give the number of dropout passes, at least 2",
        ),
        (
            {"arms": {"a": {"strategy": "bald", "rounds": 2, "committee": 5}}},
            r"arms.a.training.dropout: bald needs it, resnet18 has none of its own",
        ),
        (
            {"arms": {"a": {"strategy": "margin", "rounds": 2, "committee": 5}}},
            r"arms.a.committee: margin asks no committee; leave the key out",
        ),
        (
            {"arms": {"a": {"strategy": "mean_kl", "rounds": 2, "committee": 5, "start": "b"}, "b": {}}},
            r"arms.a.start: all members of the committee would start from the same weights",
        ),
        ({"arms": {"a": {"rounds": 3, "first": 1400, "query": 40}}}, r"arms.a.rounds: 3 rounds of query 40 don't fit"),
        ({"arms": {"a": {"start": "z"}, "b": {}}}, r"arms.a.start: 'z' is none of b"),
        ({"arms": {"a": {"start": "a"}}}, r"arms.a.start: 'a' starts from itself \(a <- a\)"),
        ({"arms": {"a": {"start": "b"}, "b": {"start": "a"}}}, r"arms.a.start: 'a' starts from itself \(a <- b <- a\)"),
        (
            {"arms": {"a": {"start": "b"}, "b": {"training": {"network": "resnet34"}}}},
            r"arms.a.training.network: 'resnet18' can't start from 'b', which has 'resnet34'",
        ),
        (
            {"arms": {"a": {"start": "b"}, "b": {"training": {"optimiser": {"name": "sgd"}}}}},
            r"arms.a.training.optimiser.name: 'adam' can't start from 'b', which has 'sgd'",
        ),
        (
            {"arms": {"a": {"rounds": 5, "query": 400}}},
            r"arms.a.rounds: 5 rounds of query 400 don't fit a pool of 1437",
        ),
        (
            {"arms": {"a": {"rounds": 4, "query": 0.5}}},
            r"arms.a.rounds: 4 rounds of query 0.5 don't fit a pool of 1437",
        ),
        (
            {"datasets": {"digits": {"limit": 100}}, "arms": {"a": {"rounds": 200}}},
            r"arms.a.rounds: 200 rounds .* don't fit a pool of 100.*datasets.digits",
        ),
        ({"training": {"network": "resnet19"}}, r"arms.a.training.network: 'resnet19' is none of resnet18, resnet34"),
        (
            {"training": {"weights": "no.pt"}},
            r"arms.a.training.weights: 'no.pt' is none of IMAGENET1K_V1, a checkpoint file",
        ),
        (
            {"training": {"weights": "IMAGENET1K_V1", "stem": "cifar"}},
            r"arms.a.training.weights: .* needs stem: imagenet",
        ),
        ({"training": {"weights": "a" * 300}}, r"arms.a.training.weights: 'aaa.*' is none of IMAGENET1K_V1"),
        ({"datasets": {"cifar10": {"archive": "a" * 300}}}, r"datasets.cifar10.archive: no file at 'aaa"),
        ({"datasets": {"image_folder": {"root": "a" * 300}}}, r"datasets.image_folder.root: no folder at 'aaa"),
        ({"layers": ["layer4", "layer9"]}, r"layers \(resnet18\): 'layer9' is none of avgpool, layer4, penultimate"),
        ({"layers": ["layer4", "layer4"]}, r"layers: \['layer4', 'layer4'\] names one twice"),
        ({"seeds": [1, 1]}, r"seeds: \[1, 1\] names one twice"),
        ({"metrics": ["cosin"]}, r"metrics: 'cosin' is none of accuracy, .*cosine"),
        ({"figures": ["tsme"]}, r"figures: 'tsme' is none of .*cosine, .*learning_curves, .*tsne"),
        ({"metrics": ["silhouette"]}, r"figures: 'learning_curves' needs 'accuracy', which is not among the metrics"),
        ({"contrasts": [["a", "z"]]}, r"contrasts: 'z' is none of a, b"),
        ({"contrasts": [["a", "a"]]}, r"contrasts: 'a' is compared with itself"),
        ({"jobs_per_gpu": 3}, r"jobs_per_gpu: 3 means nothing without `gpus`; give their number"),
    ],
)
def test_a_study_that_cannot_run_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        checks.check(study(**changes))


def test_weights_may_be_a_file(tmp_path: Path) -> None:
    weights = tmp_path / "mine.pt"
    training = {"weights": str(weights), "stem": "cifar"}
    assert not passes(training=training)
    weights.touch()
    assert passes(training=training)


def test_a_file_that_would_be_taken_for_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, message in (
        ("{arm}.pt", r"'\{arm\}.pt' has braces"),
        ("-x.pt", "'-x.pt' looks like an option; give './-x"),
    ):
        Path(name).touch()
        with pytest.raises(InputError, match=f"^arms.a.training.weights: {message}"):
            checks.check(study(training={"weights": name}))
    assert passes(training={"weights": "./-x.pt"})
    with pytest.raises(InputError, match=r"^datasets.cifar10.archive: '\{arm\}.pt' has braces; rename the file"):
        checks.check(study(datasets={"cifar10": {"archive": "{arm}.pt"}}))


def test_the_pool_is_what_the_config_leaves_of_the_data(tmp_path: Path) -> None:
    sizes = {
        "whole": config.Dataset(),
        "limit": config.Dataset(limit=500),
        "classes": config.Dataset(classes=["cat", "dog"]),
        "archive": config.Dataset(archive=tmp_path / "other.zip"),
    }
    found = {name: checks.pool_size("cifar10", dataset) for name, dataset in sizes.items()}
    assert found == {"whole": 50_000, "limit": 500, "classes": 10_000, "archive": None}


@pytest.mark.parametrize(
    ("arm", "needed"),
    [
        ({"strategy": "bald", "committee": 5, "training": {"dropout": 0.3}}, "training"),
        ({"strategy": "mean_kl", "committee": 2}, "committee"),
        ({"strategy": "random", "first": 37, "query": 1_437}, "first"),
    ],
)
def test_an_arm_passes_with_all_that_it_needs(arm: dict, needed: str) -> None:
    assert passes(arms={"a": {"rounds": 2, **arm}})
    rest = {key: value for key, value in arm.items() if key != needed}
    assert not passes(arms={"a": {"rounds": 2, **rest}})
