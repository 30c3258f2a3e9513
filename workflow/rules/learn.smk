# REQUIRED INPUTS:
#     images     = <study>/{dataset}/images.h5
# OUTPUTS:
#     samples    = <run>/round{round}/samples.tsv
#     effort     = <run>/round{round}/query.tsv
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
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("weights"),
    shell:
        "python -m superposition weights"
        " --network {wildcards.network}"
        " --weights {wildcards.weights}"
        " --file {output}"
        " --code {params.code}"
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
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("start"),
        budget=budget,
    shell:
        "python -m superposition start"
        " --images {input.images}"
        " {params.budget}"
        " --seed {wildcards.seed}"
        " --samples {output.samples}"
        " --code {params.code}"
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
        mem_mb=growing(6000),
        runtime=growing(30),
        gpu=1,
    params:
        code=code("train"),
        training=training,
        member=1,
    shell:
        "python -m superposition train"
        " --images {input.images}"
        " --samples {input.samples}"
        " --begin {input.begin:q}"
        " --training {params.training:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --member {params.member}"
        " --code {params.code}"
        " --checkpoint {output.checkpoint}"
        " --optimiser {output.optimiser}"
        " --history {output.history}"
        " 2> {log}"


use rule train as train_member with:
    output:
        checkpoint=temp("<run>/round{round}/member{member}/checkpoint.pt"),
        optimiser=temp("<run>/round{round}/member{member}/optimiser.pt"),
        history="<run>/round{round}/member{member}/history.tsv",
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/member{member}/train.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/member{member}/train.tsv"
    params:
        code=code("train"),
        training=training,
        member="{member}",


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
        mem_mb=growing(6000),
        runtime=growing(10),
        gpu=1,
    params:
        code=code("predict"),
        training=training,
        needs=needs,
        passes=passes,
    shell:
        "python -m superposition predict"
        " --images {input.images}"
        " --samples {input.samples}"
        " --checkpoint {input.checkpoint}"
        " --training {params.training:q}"
        " --needs {params.needs}"
        " --passes {params.passes}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --pool {output.pool}"
        " --code {params.code}"
        " 2> {log}"


use rule predict as predict_member with:
    input:
        images=rules.prepare.output.images,
        samples=lists_so_far,
        checkpoint=rules.train_member.output.checkpoint,
    output:
        pool=temp("<run>/round{round}/member{member}/pool.h5"),
    log:
        "<study>/logs/{dataset}/{arm}/seed{seed}/round{round}/member{member}/predict.log",
    benchmark:
        "<study>/benchmarks/{dataset}/{arm}/seed{seed}/round{round}/member{member}/predict.tsv"
    params:
        code=code("predict"),
        training=training,
        needs=["logits"],
        passes=0,


rule query:
    input:
        images=rules.prepare.output.images,
        pool=round_before(rules.predict.output.pool),
        members=of_other_members(rules.predict_member.output.pool),
        histories=of_other_members(rules.train_member.output.history),
    output:
        samples="<run>/round{round}/samples.tsv",
        effort="<run>/round{round}/query.tsv",
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
        mem_mb=growing(4000),
        runtime=growing(20),
    params:
        code=code("query", "strategy"),
        budget=budget,
        strategy=strategy,
    shell:
        "python -m superposition query"
        " --images {input.images}"
        " --pool {input.pool}"
        " --members {input.members}"
        " --histories {input.histories}"
        " --strategy {params.strategy}"
        " {params.budget}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --samples {output.samples}"
        " --effort {output.effort}"
        " --code {params.code}"
        " 2> {log}"
