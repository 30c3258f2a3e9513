# REQUIRED INPUTS:
#     none: datasets are downloaded, or read from the paths that the config gives
# OUTPUTS:
#     images = <study>/{dataset}/images.h5


rule prepare:
    input:
        local_copy,
    output:
        images="<study>/{dataset}/images.h5",
    log:
        "<study>/logs/{dataset}/prepare.log",
    benchmark:
        "<study>/benchmarks/{dataset}/prepare.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("prepare", "dataset"),
        options=dataset_options,
    shell:
        "python -m superposition prepare"
        " --dataset {wildcards.dataset}"
        " --options {params.options:q}"
        " --downloads results/downloads"
        " --images {output.images}"
        " --code {params.code}"
        " 2> {log}"
