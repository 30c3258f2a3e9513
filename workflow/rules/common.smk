"""What all rules share: the checked study, closed wildcards, and the params that make re-runs honest."""

import hashlib
import json
import os
import re
import shlex
import sys
from pathlib import Path

PACKAGES = Path(workflow.basedir, "workflow")
sys.path.insert(0, str(PACKAGES))

from superposition import catalogue, checks, files, plan, plugins, provenance, slots, studies
from superposition.config import MACHINE
from superposition.errors import InputError

try:
    STUDY = studies.parse(config)
    checks.check(STUDY)
except InputError as error:
    sys.exit("\n".join(f"error: {line}" for line in str(error).splitlines()))

RESULTS = f"results/{STUDY.study}"

# A job on a cluster reads the config again, with a Snakemake of its own: it must not go by one that was edited since.
READ = hashlib.sha256(STUDY.model_dump_json(exclude=MACHINE).encode()).hexdigest()
if workflow.is_main_process:
    os.environ.update(SUPERPOSITION_STUDY=READ)
    if ahead := files.bring_back(Path(RESULTS)):
        print(f"{ahead} files in {RESULTS} were of a later time than now, and have the present one", file=sys.stderr)
elif os.environ.get("SUPERPOSITION_STUDY", READ) != READ:
    sys.exit("error: config: it has changed since this study was started; start it again when its jobs are done")

# Jobs run this Snakemake's Python, unless conda brings its own.
shell.prefix(f"export PYTHONPATH={shlex.quote(str(PACKAGES))}; ")
if not workflow.deployment_settings.deployment_method:
    shell.prefix(
        f"export PYTHONPATH={shlex.quote(str(PACKAGES))} PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH; "
    )

# Jobs on this machine share its GPUs by themselves; on a cluster, the scheduler gives each job its own.
if STUDY.gpus and workflow.is_main_process and workflow.resource_settings.nodes is None:
    os.environ.update(slots.environment(STUDY.gpus, STUDY.jobs_per_gpu))
    if "gpu" not in workflow.global_resources and (visible := slots.devices(STUDY.gpus, os.environ)):
        workflow.register_resource("gpu", len(visible) * STUDY.jobs_per_gpu)


onstart:
    try:
        files.check_writable(Path(RESULTS))
    except InputError as error:
        sys.exit(f"error: {error}")
    print(plan.describe(STUDY), file=sys.stderr)
    # Snakemake looks for jobs to start a second after every job, and a second after each such look, and so on: with some
    # hundred jobs its own process would take a third of a core. Here, a look when a job ends will do.
    if workflow.resource_settings.nodes is None:
        workflow.scheduler.job_rate_limiter = None


pathvars:
    study=RESULTS,
    run=f"{RESULTS}/{{dataset}}/{{arm}}/seed{{seed}}",


wildcard_constraints:
    dataset="|".join(STUDY.datasets),
    arm="|".join(STUDY.arms),
    other="|".join(STUDY.arms),
    seed=r"\d+",
    round=r"[1-9]\d*",
    member=r"[2-9]|[1-9]\d+",
    kind="|".join(plan.AUTOENCODERS),
    layer="|".join(map(re.escape, STUDY.layers)),
    metric="|".join(plugins.names("metric")),
    figure="|".join(plugins.names("figure")),
    setting="native|as_coded",
    toy="|".join(STUDY.toys.names),
    toy_figure="|".join(plugins.names("toy_figure")),


def one_of(names):
    """A pattern for a wildcard that takes these names; of no names, one that takes nothing."""
    return "|".join(names) or "(?!)"


def arm(wildcards):
    return STUDY.arms[wildcards.arm]


def plugin(kind, wildcards):
    """The plugin that a job's wildcards name."""
    if kind == "dataset":
        return STUDY.datasets[wildcards.dataset].plugin or wildcards.dataset
    if kind == "strategy":
        return arm(wildcards).strategy
    return wildcards[kind]


def code(stage, *kinds):
    """Digest of the code that a job can run: the stage's, and that of the plugins that its wildcards name."""

    def value(wildcards):
        chosen = [plugins.module_name(kind, plugin(kind, wildcards)) for kind in kinds]
        return provenance.digest("superposition.__main__", f"superposition.stages.{stage}", *chosen)

    return value


def growing(amount):
    """Memory or time of which every further attempt of a job gets as much again."""

    def value(wildcards, attempt):
        return amount * attempt

    return value


def section(model):
    """A part of the config as JSON, every default filled in: equal text means equal settings."""
    return model.model_dump_json()


def training(wildcards):
    return section(arm(wildcards).training)


def kept(path):
    """An output that `keep: last` deletes once nothing needs it, unless it is of an arm's last round."""
    return path if STUDY.keep == "all" else temp(path)


def table(name, caption):
    """A table of the whole study, which Snakemake's own report shows."""
    return report(
        f"<study>/tables/{name}.tsv",
        caption=f"../report/{caption}.rst",
        category="Tables",
        labels={"table": name},
    )


def caption(wildcards):
    """What the figure that a job draws shows."""
    return plugins.declared("figure", wildcards.figure)["CAPTION"]


def toy(wildcards):
    """Settings of a toy model, but for what is drawn of it."""
    return STUDY.toys[wildcards.toy].model_dump_json(exclude={"figures"})


def toy_table(name):
    """A table of a toy model, which Snakemake's own report shows."""
    return report(
        f"<study>/toys/{{toy}}/{name}.tsv",
        caption="../report/toy_table.rst",
        category="Toy models",
        subcategory="{toy}",
        labels={"toy": "{toy}", "table": name},
    )


def toy_caption(wildcards):
    """What the figure of a toy model that a job draws shows."""
    return plugins.declared("toy_figure", wildcards.toy_figure)["CAPTION"]


def toy_select_code(wildcards):
    """Digest of the code that chooses in a toy model: the stage's, and that of the study's strategies among its arms."""
    strategies = set(STUDY.toys[wildcards.toy].arms) & set(plugins.names("strategy"))
    chosen = [plugins.module_name("strategy", name) for name in sorted(strategies)]
    return provenance.digest("superposition.__main__", "superposition.stages.toy_select", *chosen)


def dataset_options(wildcards):
    return section(STUDY.datasets[wildcards.dataset])


def budget(wildcards):
    return f"--rounds {arm(wildcards).rounds} --query {arm(wildcards).share} --first {arm(wildcards).first_share}"


def strategy(wildcards):
    return arm(wildcards).strategy


def needs(wildcards):
    """What the strategy needs to know of the next list's candidates; after the last round, what became of the labelled."""
    if int(wildcards.round) == arm(wildcards).rounds:
        return ["labelled"]
    return list(plugins.declared("strategy", strategy(wildcards))["NEEDS"])


def passes(wildcards):
    """Dropout passes over the pool."""
    return arm(wildcards).committee if "dropout" in needs(wildcards) else 0


def references(wildcards):
    return plan.references(STUDY, wildcards.arm)


def maximisation(wildcards):
    """Settings of the pictures; which settings there are decides which jobs there are."""
    return STUDY.maximisation.model_dump_json(exclude={"settings"})


def part(*keys):
    """Some keys of the study as JSON."""
    return STUDY.model_dump_json(include=set(keys))
