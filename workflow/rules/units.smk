# REQUIRED INPUTS:
#     images     = <study>/{dataset}/images.h5
#     checkpoint = <run>/round{round}/checkpoint.pt
#     features   = <run>/round{round}/features.h5
# OUTPUTS:
#     units      = <run>/round{round}/units.h5
#     matches    = <study>/{dataset}/matches.tsv
#     maximised  = <run>/round{round}/maximised.{setting}.h5


rule inspect:
    input:
        features=rules.features.output.features,
    output:
        units="<run>/round{round}/units.h5",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/inspect.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/inspect.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        code=code("inspect"),
        features_code=code("features"),
        layers=list(plan.units(STUDY)),
    shell:
        "python -m superposition inspect"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --layers {params.layers}"
        " --seed {wildcards.seed}"
        " --code {params.code}"
        " --units {output.units}"
        " 2> {log}"


rule match:
    input:
        features=features_of_first_seed,
    output:
        matches="<study>/{dataset}/matches.tsv",
    log:
        "<study>/logs/{dataset}/match.log",
    benchmark:
        "<study>/benchmarks/{dataset}/match.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        code=code("match"),
        features_code=code("features"),
        layers=list(plan.units(STUDY)),
    shell:
        "python -m superposition match"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --layers {params.layers}"
        " --matches {output.matches}"
        " --code {params.code}"
        " 2> {log}"


rule maximise:
    input:
        images=rules.prepare.output.images,
        checkpoint=rules.train.output.checkpoint,
        features=rules.features.output.features,
        matches=matches_of_references,
    output:
        maximised="<run>/round{round}/maximised.{setting}.h5",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/maximise.{setting}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/maximise.{setting}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(6000),
        runtime=growing(60),
        gpu=1,
    params:
        code=code("maximise"),
        features_code=code("features"),
        training=training,
        units=json.dumps(plan.units(STUDY)),
        references=references,
        options=maximisation,
        study=STUDY.study,
    shell:
        "python -m superposition maximise"
        " --images {input.images}"
        " --checkpoint {input.checkpoint}"
        " --training {params.training:q}"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --matches {input.matches}"
        " --units {params.units:q}"
        " --references {params.references}"
        " --setting {wildcards.setting}"
        " --options {params.options:q}"
        " --study {params.study}"
        " --dataset {wildcards.dataset}"
        " --arm {wildcards.arm}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --code {params.code}"
        " --maximised {output.maximised}"
        " 2> {log}"
