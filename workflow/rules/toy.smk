# REQUIRED INPUTS:
#     none: samples are drawn
# OUTPUTS:
#     models    = <study>/toys/{toy}/models.h5
#     tables    = <study>/toys/{toy}/{summary,features,bounds,rounds,contrasts}.tsv
#     svg, png  = <study>/toys/{toy}/{toy_figure}.{svg,png}


rule toy_train:
    output:
        models="<study>/toys/{toy}/models.h5",
    log:
        "<study>/logs/toys/{toy}/train.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/train.tsv"
    wildcard_constraints:
        toy=one_of(STUDY.toys.models),
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
        gpu=1,
    params:
        code=code("toy_train"),
        toy=toy,
        study=STUDY.study,
    shell:
        "python -m superposition toy_train"
        " --toy {params.toy:q}"
        " --study {params.study}"
        " --name {wildcards.toy}"
        " --code {params.code}"
        " --models {output.models}"
        " 2> {log}"


rule toy_measure:
    input:
        models=rules.toy_train.output.models,
    output:
        summary=toy_table("summary"),
        features=toy_table("features"),
    log:
        "<study>/logs/toys/{toy}/measure.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/measure.tsv"
    wildcard_constraints:
        toy=one_of(STUDY.toys.models),
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("toy_measure"),
        toy=toy,
    shell:
        "python -m superposition toy_measure"
        " --toy {params.toy:q}"
        " --models {input.models}"
        " --summary {output.summary}"
        " --features {output.features}"
        " --code {params.code}"
        " 2> {log}"


rule toy_bound:
    output:
        bounds=toy_table("bounds"),
    log:
        "<study>/logs/toys/{toy}/bound.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/bound.tsv"
    wildcard_constraints:
        toy=one_of(STUDY.toys.bounds),
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        code=code("toy_bound"),
        toy=toy,
    shell:
        "python -m superposition toy_bound --toy {params.toy:q} --bounds {output.bounds} --code {params.code} 2> {log}"


rule toy_select:
    output:
        models="<study>/toys/{toy}/models.h5",
    log:
        "<study>/logs/toys/{toy}/select.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/select.tsv"
    wildcard_constraints:
        toy=one_of(STUDY.toys.selections),
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
        gpu=1,
    params:
        code=toy_select_code,
        toy=toy,
        study=STUDY.study,
    shell:
        "python -m superposition toy_select"
        " --toy {params.toy:q}"
        " --study {params.study}"
        " --name {wildcards.toy}"
        " --code {params.code}"
        " --models {output.models}"
        " 2> {log}"


rule toy_compare:
    input:
        models=rules.toy_select.output.models,
    output:
        features=toy_table("features"),
        rounds=toy_table("rounds"),
        contrasts=toy_table("contrasts"),
    log:
        "<study>/logs/toys/{toy}/compare.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/compare.tsv"
    wildcard_constraints:
        toy=one_of(STUDY.toys.selections),
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("toy_compare"),
        toy=toy,
    shell:
        "python -m superposition toy_compare"
        " --toy {params.toy:q}"
        " --models {input.models}"
        " --features {output.features}"
        " --rounds {output.rounds}"
        " --contrasts {output.contrasts}"
        " --code {params.code}"
        " 2> {log}"


rule toy_draw:
    input:
        files=toy_files,
    output:
        svg=report(
            "<study>/toys/{toy}/{toy_figure}.svg",
            caption="../report/toy_figure.rst",
            category="Toy models",
            subcategory="{toy}",
            labels={"toy": "{toy}", "figure": "{toy_figure}"},
        ),
        png="<study>/toys/{toy}/{toy_figure}.png",
    log:
        "<study>/logs/toys/{toy}/draw.{toy_figure}.log",
    benchmark:
        "<study>/benchmarks/toys/{toy}/draw.{toy_figure}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("toy_draw", "toy_figure"),
        style=section(STUDY.figure),
        caption=toy_caption,
    shell:
        "python -m superposition toy_draw"
        " --figure {wildcards.toy_figure}"
        " --files {input.files}"
        " --style {params.style:q}"
        " --svg {output.svg}"
        " --png {output.png}"
        " --code {params.code}"
        " 2> {log}"
