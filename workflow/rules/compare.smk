# REQUIRED INPUTS:
#     images      = <study>/{dataset}/images.h5
#     samples     = <run>/round{round}/samples.tsv
#     experiments = <study>/tables/experiments.tsv
#     features    = <run>/round{round}/features.h5
# OUTPUTS:
#     picks       = <run>/picks.tsv
#     aligned     = <study>/{dataset}/{arm}/alignment/{other}.tsv
#     tables      = <study>/tables/{picked,queries,overlaps,ages,areas,efficiency,penalties,alignment,apart}.tsv


rule trace:
    input:
        samples=lists_of_run,
        pool=last_predictions,
    output:
        picks=report(
            "<run>/picks.tsv",
            caption="../report/picks.rst",
            category="Runs",
            subcategory="{dataset}",
            labels={"dataset": "{dataset}", "arm": "{arm}", "seed": "{seed}", "table": "picks"},
        ),
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/trace.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/trace.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("trace"),
    shell:
        "python -m superposition trace"
        " --samples {input.samples}"
        " --pool {input.pool}"
        " --dataset {wildcards.dataset}"
        " --arm {wildcards.arm}"
        " --seed {wildcards.seed}"
        " --picks {output.picks}"
        " --code {params.code}"
        " 2> {log}"


rule tally:
    input:
        picks=expand(rules.trace.output.picks, dataset=STUDY.datasets, arm=plan.trained_arms(STUDY), seed=STUDY.seeds),
        images=expand(rules.prepare.output.images, dataset=STUDY.datasets),
    output:
        picked=table("picked", "tally"),
        queries=table("queries", "tally"),
        overlaps=table("overlaps", "tally"),
        ages=table("ages", "tally"),
    log:
        "<study>/logs/tally.log",
    benchmark:
        "<study>/benchmarks/tally.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        code=code("tally"),
        study=part("study", "datasets", "seeds", "arms"),
    shell:
        "python -m superposition tally"
        " --picks {input.picks}"
        " --study {params.study:q}"
        " --images {input.images}"
        " --picked {output.picked}"
        " --queries {output.queries}"
        " --overlaps {output.overlaps}"
        " --ages {output.ages}"
        " --code {params.code}"
        " 2> {log}"


rule curves:
    input:
        experiments=rules.collect.output.experiments,
    output:
        areas=table("areas", "curves"),
        efficiency=table("efficiency", "curves"),
        penalties=table("penalties", "curves"),
    log:
        "<study>/logs/curves.log",
    benchmark:
        "<study>/benchmarks/curves.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("curves"),
        study=part("study", "datasets", "seeds", "arms"),
    shell:
        "python -m superposition curves"
        " --experiments {input.experiments}"
        " --study {params.study:q}"
        " --areas {output.areas}"
        " --efficiency {output.efficiency}"
        " --penalties {output.penalties}"
        " --code {params.code}"
        " 2> {log}"


rule align:
    input:
        features=features_of_arm,
        others=features_of_other,
    output:
        table="<study>/{dataset}/{arm}/alignment/{other}.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/align.{other}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/align.{other}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        code=code("align"),
        features_code=code("features"),
        layers=STUDY.layers,
    shell:
        "python -m superposition align"
        " --features {input.features}"
        " --others {input.others}"
        " --written-by {params.features_code}"
        " --layers {params.layers}"
        " --table {output.table}"
        " --code {params.code}"
        " 2> {log}"


rule apart:
    input:
        aligned=alignments,
    output:
        alignment=table("alignment", "apart"),
        apart=table("apart", "apart"),
    log:
        "<study>/logs/apart.log",
    benchmark:
        "<study>/benchmarks/apart.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("apart"),
    shell:
        "python -m superposition apart"
        " --aligned {input.aligned}"
        " --alignment {output.alignment}"
        " --apart {output.apart}"
        " --code {params.code}"
        " 2> {log}"
