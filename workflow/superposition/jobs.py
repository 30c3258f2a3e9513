"""Every job of a study, and the files that tell how it is: what `workflow/rules/` says, as plain values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from superposition import catalogue, plan, plugins
from superposition.config import Study


@dataclass(frozen=True)
class Job:
    """One job; paths are relative to the study's folder."""

    stage: str
    """Its rule."""
    log: str
    benchmark: str
    output: str | None
    """A file that it leaves; None where all it makes is deleted once it has been used."""
    run: tuple[str, str, int] | None = None
    """Dataset, arm and seed, of a job that belongs to one of these."""
    round: int | None = None

    @property
    def name(self) -> str:
        """Where its log lies among the logs of its run, or of the study: `round3/train`, `digits/draw.tsne`."""
        folder = "logs/{}/{}/seed{}/".format(*self.run) if self.run else "logs/"
        return self.log.removeprefix(folder).removesuffix(".log")


def _job(stage: str, name: str, output: str | None) -> Job:
    return Job(stage, f"logs/{name}.log", f"benchmarks/{name}.tsv", output)


def expected(study: Study) -> list[Job]:
    """All jobs of a study, in about the order in which they run."""
    jobs = list(_of_toys(study))
    if study.datasets:
        jobs = [*_weights(study), *(job for name in study.datasets for job in _of_dataset(study, name)), *jobs]
        jobs += [_job(stage, stage, f"tables/{table}.tsv") for stage, table in _tables(study).items()]
    draws = [
        _job("draw", f"{dataset}/draw.{figure}", f"figures/{dataset}/{figure}.svg")
        for dataset in study.datasets
        for figure in study.figures
    ]
    return [*jobs, *draws, _job("report", "report", "report/index.html")]


def _tables(study: Study) -> dict[str, str]:
    """The stages that make tables of the whole study, with one of the tables."""
    tables = {"collect": "measures", "tally": "picked", "curves": "areas"}
    return {**tables, "apart": "apart"} if "alignment" in study.figures else tables


def _weights(study: Study) -> Iterator[Job]:
    """Downloads, which all studies share."""
    trainings = [arm.training for arm in study.arms.values()]
    for network, stem, weights in dict.fromkeys((each.network, each.stem, each.weights) for each in trainings):
        if weights in catalogue.look_up(network, stem).weights:
            path = f"../downloads/{network}.{weights}"
            yield Job("weights", f"{path}.log", f"{path}.benchmark.tsv", f"{path}.pth")


def _of_dataset(study: Study, dataset: str) -> Iterator[Job]:
    yield _job("prepare", f"{dataset}/prepare", f"{dataset}/images.h5")
    for arm in study.arms:
        for seed in study.seeds:
            for job in _of_run(study, dataset, arm, seed):
                yield replace(job, run=(dataset, arm, seed))
    if plan.units(study):
        yield _job("match", f"{dataset}/match", f"{dataset}/matches.tsv")
    if "alignment" in study.figures:
        for arm, other in dict.fromkeys([*((arm, arm) for arm in study.arms), *study.contrasts]):
            yield _job("align", f"{dataset}/{arm}/align.{other}", f"{dataset}/{arm}/alignment/{other}.tsv")


def _of_run(study: Study, dataset: str, name: str, seed: int) -> Iterator[Job]:
    arm, run = study.arms[name], f"{dataset}/{name}/seed{seed}"
    yield replace(_job("start", f"{run}/start", f"{run}/round1/samples.tsv"), round=1)
    for number in range(1, arm.rounds + 1):
        for job in _of_round(study, name, f"{run}/round{number}", number, seed == study.seeds[0]):
            yield replace(job, round=number)
    for metric in study.metrics:
        yield _job("measure", f"{run}/measure.{metric}", f"{run}/measures/{metric}.tsv")
    if arm.trained:
        yield _job("trace", f"{run}/trace", f"{run}/picks.tsv")


def _of_round(study: Study, name: str, folder: str, number: int, looked_at: bool) -> Iterator[Job]:
    """looked_at: the run is of the first seed, whose networks are looked at more closely."""
    arm = study.arms[name]
    last = number == arm.rounds
    kept = last or study.keep == "all"
    if number > 1:
        yield _job("query", f"{folder}/query", f"{folder}/samples.tsv")
    yield _job("train", f"{folder}/train", f"{folder}/history.tsv")
    if arm.trained or not last:
        yield _job("predict", f"{folder}/predict", None)
    for member in plan.other_members(arm) if not last else ():
        yield _job("train_member", f"{folder}/member{member}/train", f"{folder}/member{member}/history.tsv")
        yield _job("predict_member", f"{folder}/member{member}/predict", None)
    yield _job("features", f"{folder}/features", f"{folder}/features.h5" if kept else None)
    for kind in {kind: None for metric in study.metrics for kind in plan.autoencoders(metric)}:
        for layer in study.layers:
            file = f"autoencode.{kind}.{layer}"
            yield _job("autoencode", f"{folder}/{file}", f"{folder}/autoencoder.{kind}.{layer}.h5" if kept else None)
    if looked_at:
        yield from _looks(study, name, folder, last, kept)


def _looks(study: Study, name: str, folder: str, last: bool, kept: bool) -> Iterator[Job]:
    units = plan.units(study)
    if last and any("embeddings" in plugins.declared("figure", figure)["NEEDS"] for figure in study.figures):
        yield _job("embed", f"{folder}/embed.{study.layers[-1]}", f"{folder}/tsne.{study.layers[-1]}.tsv")
    if kept and units:
        yield _job("inspect", f"{folder}/inspect", f"{folder}/units.h5")
    if any(units.values()) and study.arms[name].trained:
        for setting in study.maximisation.settings:
            if kept if setting == "native" else last:
                yield _job("maximise", f"{folder}/maximise.{setting}", f"{folder}/maximised.{setting}.h5")


def _of_toys(study: Study) -> Iterator[Job]:
    toys = study.toys
    stages = {
        "models": ["toy_train", "toy_measure"],
        "bounds": ["toy_bound"],
        "selections": ["toy_select", "toy_compare"],
    }
    outputs = {"toy_measure": "summary.tsv", "toy_bound": "bounds.tsv", "toy_compare": "rounds.tsv"}
    for kind, of_kind in stages.items():
        for name in getattr(toys, kind):
            for stage in of_kind:
                log = f"toys/{name}/{stage.removeprefix('toy_')}"
                yield _job(stage, log, f"toys/{name}/{outputs.get(stage, 'models.h5')}")
    for name in toys.names:
        for figure in toys[name].figures:
            yield _job("toy_draw", f"toys/{name}/draw.{figure}", f"toys/{name}/{figure}.svg")
