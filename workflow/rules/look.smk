# REQUIRED INPUTS:
#     tables    = <study>/tables/*.tsv
#     picks     = <run>/picks.tsv
#     images    = <study>/{dataset}/images.h5
#     embedding = <run>/round{round}/tsne.{layer}.tsv
# OUTPUTS:
#     svg, png  = <study>/figures/{dataset}/{figure}.{svg,png}


rule draw:
    input:
        tables=figure_tables,
    output:
        svg=report(
            "<study>/figures/{dataset}/{figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
            subcategory="{dataset}",
            labels={"dataset": "{dataset}", "figure": "{figure}"},
        ),
        png="<study>/figures/{dataset}/{figure}.png",
    log:
        "<study>/logs/{dataset}/draw.{figure}.log",
    benchmark:
        "<study>/benchmarks/{dataset}/draw.{figure}.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("draw", "figure"),
        style=section(STUDY.figure),
        caption=caption,
    shell:
        "python -m superposition draw"
        " --figure {wildcards.figure}"
        " --dataset {wildcards.dataset}"
        " --tables {input.tables}"
        " --style {params.style:q}"
        " --svg {output.svg}"
        " --png {output.png}"
        " --code {params.code}"
        " 2> {log}"
