# REQUIRED INPUTS:
#     images     = <study>/{dataset}/images.h5
# OUTPUTS:
#     samples    = <run>/round{round}/samples.tsv
#     checkpoint = <run>/round{round}/checkpoint.pt
#     history    = <run>/round{round}/history.tsv


rule weights:
    output:
        "results/downloads/{network}.{weights}.pth",
    log:
        "results/downloads/{network}.{weights}.log",
    benchmark:
        "results/downloads/{network}.{weights}.benchmark.tsv"
    retries: 3
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("weights"),
    shell:
        "python -m superposition weights"
        " --network {wildcards.network}"
        " --weights {wildcards.weights}"
        " --file {output}"
        " 2> {log}"


rule start:
    input:
        images=rules.prepare.output.images,
    output:
        samples="<run>/round1/samples.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/start.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/start.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=code("start"),
        budget=budget,
    shell:
        "python -m superposition start"
        " --images {input.images}"
        " {params.budget}"
        " --seed {wildcards.seed}"
        " --samples {output.samples}"
        " 2> {log}"


rule train:
    input:
        images=rules.prepare.output.images,
        samples=lists_trained_on,
        begin=begin,
    output:
        checkpoint=kept("<run>/round{round}/checkpoint.pt"),
        optimiser=temp("<run>/round{round}/optimiser.pt"),
        history="<run>/round{round}/history.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/train.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/train.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
        gpu=1,
    params:
        code=code("train"),
        training=training,
    shell:
        "python -m superposition train"
        " --images {input.images}"
        " --samples {input.samples}"
        " --begin {input.begin}"
        " --training {params.training:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --checkpoint {output.checkpoint}"
        " --optimiser {output.optimiser}"
        " --history {output.history}"
        " 2> {log}"


rule predict:
    input:
        images=rules.prepare.output.images,
        samples=lists_so_far,
        checkpoint=rules.train.output.checkpoint,
    output:
        pool=temp("<run>/round{round}/pool.h5"),
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/predict.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/predict.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
        gpu=1,
    params:
        code=code("predict"),
        training=training,
    shell:
        "python -m superposition predict"
        " --images {input.images}"
        " --samples {input.samples}"
        " --checkpoint {input.checkpoint}"
        " --training {params.training:q}"
        " --pool {output.pool}"
        " 2> {log}"


rule query:
    input:
        images=rules.prepare.output.images,
        pool=round_before(rules.predict.output.pool),
    output:
        samples="<run>/round{round}/samples.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/query.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/query.tsv"
    wildcard_constraints:
        round=r"[2-9]|[1-9]\d+",
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("query", "strategy"),
        budget=budget,
        strategy=strategy,
    shell:
        "python -m superposition query"
        " --images {input.images}"
        " --pool {input.pool}"
        " --strategy {params.strategy}"
        " {params.budget}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --samples {output.samples}"
        " 2> {log}"
