# REQUIRED INPUTS:
#     images     = <study>/{dataset}/images.h5
#     checkpoint = <run>/round{round}/checkpoint.pt
#     samples    = <run>/round{round}/samples.tsv
#     history    = <run>/round{round}/history.tsv
#     effort     = <run>/round{round}/query.tsv
# OUTPUTS:
#     features   = <run>/round{round}/features.h5
#     dictionary = <run>/round{round}/autoencoder.{kind}.{layer}.h5
#     embedding  = <run>/round{round}/tsne.{layer}.tsv
#     measured   = <run>/measures/{metric}.tsv
#     tables     = <study>/tables/{measures,distributions,experiments,contrasts,adjusted,published}.tsv


rule features:
    input:
        images=rules.prepare.output.images,
        checkpoint=rules.train.output.checkpoint,
    output:
        features=kept("<run>/round{round}/features.h5"),
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/features.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/features.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(6000),
        runtime=growing(10),
        gpu=1,
    params:
        code=code("features"),
        training=training,
        splits=plan.recorded_splits(STUDY),
        layers=plan.recorded_layers(STUDY),
        drawn=plan.DRAWN,
        drawn_layer=STUDY.layers[-1],
        options=section(STUDY.features),
        study=STUDY.study,
    shell:
        "python -m superposition features"
        " --images {input.images}"
        " --checkpoint {input.checkpoint}"
        " --training {params.training:q}"
        " --splits {params.splits}"
        " --layers {params.layers}"
        " --drawn {params.drawn}"
        " --drawn-layer {params.drawn_layer}"
        " --options {params.options:q}"
        " --study {params.study}"
        " --dataset {wildcards.dataset}"
        " --arm {wildcards.arm}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --code {params.code}"
        " --features {output.features}"
        " 2> {log}"


rule autoencode:
    input:
        features=rules.features.output.features,
    output:
        autoencoder=kept("<run>/round{round}/autoencoder.{kind}.{layer}.h5"),
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/autoencode.{kind}.{layer}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/autoencode.{kind}.{layer}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(6000),
        runtime=growing(10),
        gpu=1,
    params:
        code=code("autoencode"),
        features_code=code("features"),
        options=section(STUDY.autoencoder),
    shell:
        "python -m superposition autoencode"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --kind {wildcards.kind}"
        " --layer {wildcards.layer}"
        " --options {params.options:q}"
        " --code {params.code}"
        " --autoencoder {output.autoencoder}"
        " 2> {log}"


rule measure:
    input:
        features=features_of_run,
        autoencoders=autoencoders_of_run,
    output:
        table="<run>/measures/{metric}.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/measure.{metric}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/measure.{metric}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("measure", "metric"),
        features_code=code("features"),
        layers=STUDY.layers,
        limits=section(STUDY.measures),
    shell:
        "python -m superposition measure"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --autoencoders {input.autoencoders}"
        " --metric {wildcards.metric}"
        " --layers {params.layers}"
        " --limits {params.limits:q}"
        " --table {output.table}"
        " --code {params.code}"
        " 2> {log}"


rule embed:
    input:
        features=rules.features.output.features,
    output:
        table="<run>/round{round}/tsne.{layer}.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/embed.{layer}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/embed.{layer}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("embed"),
        features_code=code("features"),
    shell:
        "python -m superposition embed"
        " --features {input.features}"
        " --written-by {params.features_code}"
        " --layer {wildcards.layer}"
        " --seed {wildcards.seed}"
        " --table {output.table}"
        " --code {params.code}"
        " 2> {log}"


rule collect:
    input:
        measured=expand(
            rules.measure.output.table,
            dataset=STUDY.datasets,
            arm=STUDY.arms,
            seed=STUDY.seeds,
            metric=STUDY.metrics,
        ),
        histories=all_rounds(rules.train.output.history),
        samples=all_rounds(rules.query.output.samples),
        efforts=queried_rounds(rules.query.output.effort),
    output:
        measures=table("measures", "collect"),
        distributions=table("distributions", "collect"),
        experiments=table("experiments", "collect"),
        contrasts=table("contrasts", "collect"),
        adjusted=table("adjusted", "collect"),
        published=table("published", "collect"),
    log:
        "<study>/logs/collect.log",
    benchmark:
        "<study>/benchmarks/collect.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(10),
    params:
        code=code("collect"),
        study=part("study", "datasets", "seeds", "arms", "contrasts"),
    shell:
        "python -m superposition collect"
        " --measured {input.measured}"
        " --histories {input.histories}"
        " --samples {input.samples}"
        " --efforts {input.efforts}"
        " --study {params.study:q}"
        " --measures {output.measures}"
        " --distributions {output.distributions}"
        " --experiments {output.experiments}"
        " --contrasts {output.contrasts}"
        " --adjusted {output.adjusted}"
        " --published {output.published}"
        " --code {params.code}"
        " 2> {log}"
