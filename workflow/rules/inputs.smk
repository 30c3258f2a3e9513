"""What jobs read, where it is more than a fixed path."""


def of_rounds(path, rounds, **only):
    """`path` for the rounds that `rounds(arm)` gives, of every run or of those with the given dataset, arm or seed."""
    chosen = {"dataset": STUDY.datasets, "arm": STUDY.arms, "seed": STUDY.seeds, **only}
    return [
        file
        for name in chosen["arm"]
        for file in expand(path, **{**chosen, "arm": name, "round": rounds(STUDY.arms[name])}, allow_missing=True)
    ]


def all_rounds(path, **only):
    return of_rounds(path, lambda settings: range(1, settings.rounds + 1), **only)


def queried_rounds(path):
    return of_rounds(path, lambda settings: range(2, settings.rounds + 1))


def last_rounds(path, **only):
    return of_rounds(path, lambda settings: settings.rounds, **only)


def kept_rounds(path, **only):
    """Those whose features stay: no network is kept or trained again to be compared with others."""
    return all_rounds(path, **only) if STUDY.keep == "all" else last_rounds(path, **only)


def finished(wildcards):
    """What a finished study has: its report, each arm's last network with its features, and what other arms start from."""
    started_from = {settings.start for settings in STUDY.arms.values() if settings.start and STUDY.keep == "all"}
    return [
        *last_rounds(rules.train.output.checkpoint),
        *last_rounds(rules.train.output.optimiser, arm=started_from),
        *last_rounds(rules.features.output.features),
        *rules.report.output,
    ]


def local_copy(wildcards):
    """The dataset's archive, where the config names one."""
    return [str(path) for path in [STUDY.datasets[wildcards.dataset].archive] if path]


def lists_so_far(wildcards):
    """The sample lists of this round and all before it."""
    rounds = range(1, int(wildcards.round) + 1)
    return expand(rules.query.output.samples, **{**wildcards, "round": rounds})


def lists_trained_on(wildcards):
    lists = lists_so_far(wildcards)
    return lists if arm(wildcards).labelled == "all" else lists[-1:]


def begin(wildcards):
    """Nothing, a weights file, or the checkpoint and optimiser state that a round goes on from."""
    settings, before = arm(wildcards), int(wildcards.round) - 1
    own = rules.train_member if "member" in wildcards.keys() else rules.train
    if settings.between_rounds == "carry" and before:
        return expand([own.output.checkpoint, own.output.optimiser], **{**wildcards, "round": before})
    if settings.start:
        finished = {"arm": settings.start, "round": STUDY.arms[settings.start].rounds}
        return expand([rules.train.output.checkpoint, rules.train.output.optimiser], **{**wildcards, **finished})
    network, weights = settings.training.network, settings.training.weights
    if weights in catalogue.look_up(network, settings.training.stem).weights:
        return expand(rules.weights.output, network=network, weights=weights)
    return [weights] if weights else []


def round_before(path):
    """`path` in the round before that of the wildcards."""

    def value(wildcards):
        return expand(path, **{**wildcards, "round": int(wildcards.round) - 1})

    return value


def of_other_members(path):
    """`path` in the round before, of each network that the strategy asks beside the one that is measured."""

    def value(wildcards):
        members = plan.other_members(arm(wildcards))
        return expand(path, **{**wildcards, "round": int(wildcards.round) - 1}, member=members)

    return value


def features_of_run(wildcards):
    return all_rounds(
        rules.features.output.features, dataset=[wildcards.dataset], arm=[wildcards.arm], seed=[wildcards.seed]
    )


def autoencoders_of_run(wildcards):
    """Nothing for a metric that does not ask for them."""
    run = {key: [wildcards[key]] for key in ("dataset", "arm", "seed")}
    kinds = plan.autoencoders(wildcards.metric)
    return all_rounds(rules.autoencode.output.autoencoder, **run, kind=kinds, layer=STUDY.layers)


def features_of_arm(wildcards):
    return kept_rounds(rules.features.output.features, dataset=[wildcards.dataset], arm=[wildcards.arm])


def features_of_other(wildcards):
    """Nothing for an arm that is compared with itself."""
    other = {wildcards.other} - {wildcards.arm}
    return kept_rounds(rules.features.output.features, dataset=[wildcards.dataset], arm=other)


def alignments(wildcards):
    """Every arm compared with itself, and the arms of every contrast with each other."""
    pairs = dict.fromkeys([*((arm, arm) for arm in STUDY.arms), *STUDY.contrasts])
    return [
        file
        for arm, other in pairs
        for file in expand(rules.align.output.table, dataset=STUDY.datasets, arm=arm, other=other)
    ]


def of_first_seed(path, **only):
    """`path` of the kept rounds of the first seed, whose units are looked at one by one; nothing where none are."""
    return kept_rounds(path, seed=STUDY.seeds[:1], **only) if plan.units(STUDY) else []


def features_of_first_seed(wildcards):
    return of_first_seed(rules.features.output.features, dataset=[wildcards.dataset])


def matches(dataset):
    return expand(rules.match.output.matches, dataset=dataset) if plan.units(STUDY) else []


def matches_of_references(wildcards):
    """Nothing for an arm that is compared with no other: it has pictures of the units that are asked for alone."""
    return matches(wildcards.dataset) if plan.references(STUDY, wildcards.arm) else []


def maximised(**only):
    """The pictures of the trained arms; nothing where no units are named. Only the last rounds' as the paper codes them:
    they cost 50 times as much."""
    if not any(plan.units(STUDY).values()):
        return []
    only = {"arm": plan.trained_arms(STUDY), "seed": STUDY.seeds[:1], **only}
    rounds = {"native": kept_rounds, "as_coded": last_rounds}
    pictures = rules.maximise.output.maximised
    return [
        file for setting in STUDY.maximisation.settings for file in rounds[setting](pictures, setting=setting, **only)
    ]


def last_predictions(wildcards):
    return expand(rules.predict.output.pool, **wildcards, round=arm(wildcards).rounds)


def lists_of_run(wildcards):
    return expand(rules.query.output.samples, **wildcards, round=range(1, arm(wildcards).rounds + 1))


def embeddings(datasets):
    return last_rounds(rules.embed.output.table, dataset=datasets, seed=STUDY.seeds[:1], layer=STUDY.layers[-1])


def picks(datasets):
    return expand(rules.trace.output.picks, dataset=datasets, arm=plan.trained_arms(STUDY), seed=STUDY.seeds[:1])


def figure_tables(wildcards):
    """The tables that a figure says it needs; picks are the first seed's, embeddings those of its last rounds."""
    tables = []
    for name in plugins.declared("figure", wildcards.figure)["NEEDS"]:
        if name == "embeddings":
            tables += embeddings([wildcards.dataset])
        elif name == "picks":
            tables += picks([wildcards.dataset])
        elif name == "images":
            tables += expand(rules.prepare.output.images, dataset=wildcards.dataset)
        elif name == "matches":
            tables += matches(dataset=wildcards.dataset)
        elif name == "units":
            tables += of_first_seed(rules.inspect.output.units, dataset=[wildcards.dataset])
        elif name == "maximised":
            tables += maximised(dataset=[wildcards.dataset])
        else:
            tables.append(f"{RESULTS}/tables/{name}.tsv")
    return tables


def toy_files(wildcards):
    """The files of a toy model that a figure says it needs."""
    names = plugins.declared("toy_figure", wildcards.toy_figure)["NEEDS"]
    kinds = {name: "h5" if name == "models" else "tsv" for name in names}
    return [f"{RESULTS}/toys/{wildcards.toy}/{name}.{kind}" for name, kind in kinds.items()]


def toy_results(wildcards):
    """The tables and figures of all toy models."""
    return [
        *expand(rules.toy_measure.output, toy=STUDY.toys.models),
        *expand(rules.toy_bound.output, toy=STUDY.toys.bounds),
        *expand(rules.toy_compare.output, toy=STUDY.toys.selections),
        *(
            path
            for name in STUDY.toys.names
            for path in expand(rules.toy_draw.output.svg, toy=name, toy_figure=STUDY.toys[name].figures)
        ),
    ]


def report_tables(wildcards):
    """Nothing in a study of toy models alone."""
    if not STUDY.datasets:
        return []
    names = ("measures", "experiments", "contrasts", "adjusted", "published")
    collected = [rules.collect.output[name] for name in names]
    aligned = [rules.apart.output.apart] if "alignment" in STUDY.figures else []
    return [*collected, *rules.tally.output, *rules.curves.output, *aligned]


def report_embeddings(wildcards):
    """Nothing where no map is drawn."""
    return embeddings(STUDY.datasets) if "tsne" in STUDY.figures else []


def report_picks(wildcards):
    return picks(STUDY.datasets)


def report_units(wildcards):
    return of_first_seed(rules.inspect.output.units)


def report_matches(wildcards):
    return matches(STUDY.datasets)


def report_maximised(wildcards):
    return maximised()
