# REQUIRED INPUTS:
#     tables  = <study>/tables/*.tsv
#     figures = <study>/figures/{dataset}/{figure}.svg
# OUTPUTS:
#     report  = <study>/report/index.html


rule report:
    input:
        tables=report_tables,
        figures=expand(rules.draw.output.svg, dataset=STUDY.datasets, figure=STUDY.figures),
    output:
        report="<study>/report/index.html",
    log:
        "<study>/logs/report.log",
    benchmark:
        "<study>/benchmarks/report.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("report"),
        study=section(STUDY),
    shell:
        "python -m superposition report"
        " --study {params.study:q}"
        " --tables {input.tables}"
        " --figures {input.figures}"
        " --report {output.report}"
        " 2> {log}"
